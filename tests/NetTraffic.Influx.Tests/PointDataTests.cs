using System.Globalization;
using System.Text;
using CsCheck;
using InfluxDB.Client.Api.Domain;
using InfluxDB.Client.Writes;

namespace NetTraffic.Influx.Tests;

/// <summary>
/// Our line encoder beside InfluxDB.Client's <see cref="PointData.ToLineProtocol"/>: the same line for every point that both can write.
/// Where they differ, ours is what every server stores as it was meant, and a test here says how.
/// </summary>
public sealed class PointDataTests
{
    // Every character but those the two treat differently: control characters, line separators, backslashes, what is no character.
    private static readonly Gen<char> Shared = Gen.OneOf(
        Pick(',', ' ', '=', '"', '\'', '#', '/', '%', '.', ':', '*', '{', '\u00e9', '\u4e2d', '\u00a0', '\ufb01'),
        Gen.Char['a', 'z'],
        Gen.Char['!', '['],
        Gen.Char['\u00a0', '\u1fff']);

    private static readonly Gen<string> Name = Shared.Array[1, 40].Select(letters => new string(letters));
    private static readonly Gen<double> Number = Gen.OneOf(Gen.Double, Pick(0d, -0.0, 1e21, 1e-7, 0.1, double.MaxValue, double.Epsilon));

    [Fact]
    public void They_write_the_same_line()
    {
        Gen.Select(Gen.Select(Name, Name, Name), Gen.Select(Name, Gen.Long, Number.Where(double.IsFinite)), Gen.Long)
            .Sample((names, fields, time) =>
            {
                (string measurement, string tag, string value) = names;
                (string field, long whole, double part) = fields;
                if (measurement[0] == '#')
                {
                    return; // a comment, which ours refuses
                }

                PointData theirs = PointData.Measurement(measurement).Tag(tag, value).Tag("zz", "v").Field(field + "0", whole)
                    .Field(field + "1", part).Timestamp(time, WritePrecision.Ns);
                LineEncoder ours = new();
                ours.Begin(measurement);
                ours.Tag(tag, value);
                if (tag != "zz")
                {
                    ours.Tag("zz", "v");
                }
                else
                {
                    theirs = theirs.Tag("zz", value);
                }

                ours.Field(field + "0", whole);
                ours.Field(field + "1", part);
                ours.End(time);
                Assert.Equal(Sorted(theirs.ToLineProtocol()), Sorted(Text(ours)));
            }, iter: 20_000);
    }

    [Fact]
    public void Times_have_the_same_nanoseconds() => Gen.DateTime[new(1678, 1, 1), new(2260, 1, 1)].Sample(time =>
    {
        DateTime utc = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        LineEncoder ours = new();
        ours.Begin("m");
        ours.Field("v", 1L);
        ours.End(utc);
        Assert.Equal(PointData.Measurement("m").Field("v", 1L).Timestamp(utc, WritePrecision.Ns).ToLineProtocol() + "\n", Text(ours));

        // Any other precision of theirs is a part of ours, which is always sent in full.
        string seconds = PointData.Measurement("m").Field("v", 1L).Timestamp(utc, WritePrecision.S).ToLineProtocol().Split(' ')[2];
        long whole = (long)Math.Truncate(LineEncoder.ToNanoseconds(utc) / 1e9m);
        Assert.Equal(whole.ToString(CultureInfo.InvariantCulture), seconds);
    });

    [Theory]
    [InlineData("u", "m v=18446744073709551615u 1", null)] // 1.x has no unsigned integers: ours writes none
    [InlineData("line\nbreak", "m,t=line\\nbreak v=1i 1", "m,t=line?break v=1i 1\n")] // theirs becomes a backslash and an n
    [InlineData("C:\\", "m,t=C:\\ v=1i 1", "m,t=C:/ v=1i 1\n")] // theirs swallows the blank: the server refuses the line
    [InlineData("a\\,b", "m,t=a\\\\,b v=1i 1", "m,t=a/\\,b v=1i 1\n")] // theirs ends the tag at the comma on some servers
    [InlineData("", "m v=1i 1", "m,t=none v=1i 1\n")] // theirs leaves the tag out: another series
    public void Where_they_differ_ours_arrives(string value, string theirLine, string? ourLine)
    {
        PointData theirs = ourLine is null
            ? PointData.Measurement("m").Field("v", ulong.MaxValue)
            : PointData.Measurement("m").Tag("t", value).Field("v", 1L);
        Assert.Equal(theirLine, theirs.Timestamp(1L, WritePrecision.Ns).ToLineProtocol());
        if (ourLine is not null)
        {
            LineEncoder ours = new();
            ours.Begin("m");
            ours.Tag("t", value);
            ours.Field("v", 1L);
            ours.End(1);
            Assert.Equal(ourLine, Text(ours));
        }
    }

    [Fact]
    public void What_is_no_number_is_left_out_by_both()
    {
        LineEncoder ours = new();
        ours.Begin("m");
        ours.Field("a", double.NaN);
        ours.Field("b", double.NegativeInfinity);
        Assert.False(ours.End(1));
        Assert.Equal("", PointData.Measurement("m").Field("a", double.NaN).Field("b", double.NegativeInfinity).ToLineProtocol());
    }

    /// <summary>The line with its tags in one order: theirs sorts names, ours sorts them as they are escaped. Servers take any.</summary>
    private static string Sorted(string line)
    {
        string bare = line.TrimEnd('\n');
        List<string> parts = [];
        int start = 0, end = 0;
        for (; bare[end] != ' '; end++)
        {
            if (bare[end] == '\\')
            {
                end++;
            }
            else if (bare[end] == ',')
            {
                parts.Add(bare[start..end]);
                start = end + 1;
            }
        }

        parts.Add(bare[start..end]);
        return string.Join(',', parts.Take(1).Concat(parts.Skip(1).Order(StringComparer.Ordinal))) + bare[end..];
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static string Text(LineEncoder encoder) => Encoding.UTF8.GetString(encoder.Written.Span);
}
