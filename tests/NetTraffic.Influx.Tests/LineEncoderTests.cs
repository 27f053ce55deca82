using System.Globalization;
using System.Text;
using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>What the encoder writes is what was meant, whatever comes off the wire, and costs no memory.</summary>
public sealed class LineEncoderTests
{
    private static readonly Gen<char> NastyChar = Gen.OneOf(
        Pick(',', ' ', '=', '\\', '"', '\n', '\r', '\t', '\0', '#', '\'', '\u0085', '\u2028', '\u007f', '\ud800', '\udc00', '\uffff', 'é',
            '中'),
        Gen.Char['a', 'z'],
        Gen.Char);

    private static readonly Gen<string> Nasty = Gen.OneOf(
        NastyChar.Array[0, 40].Select(c => new string(c)),
        NastyChar.Array[100, 400].Select(c => new string(c)),
        Pick("🙂\\", "\\", "\\\\", "a\\,b", "a\\ ", "", " ", "C:\\Device\\NPF_{1}", new string('x', 255) + "é", new string('x', 255) + "\\,",
            new string('=', 300)));

    [Fact]
    public void A_point_is_the_line_the_reference_shows()
    {
        LineEncoder encoder = new();
        encoder.Begin("net_traffic");
        encoder.Tag("sensor", "lab 1");
        encoder.Tag("protocol", "tcp");
        encoder.Tag("application", null);
        encoder.Field("packets", 12L);
        encoder.Field("ratio", 0.25);
        encoder.Field("bad", double.NaN);
        Assert.True(encoder.End(1_700_000_000_000_000_000));
        Assert.Equal("net_traffic,application=none,protocol=tcp,sensor=lab\\ 1 packets=12i,ratio=0.25 1700000000000000000\n",
            Text(encoder));
        Assert.Equal(1, encoder.Lines);
        encoder.Clear();
        Assert.Equal(0, encoder.Lines);
        Assert.True(encoder.Written.IsEmpty);
    }

    [Fact]
    public void A_point_without_fields_or_given_up_leaves_nothing()
    {
        LineEncoder encoder = new(1);
        encoder.Begin("m");
        encoder.Tag("a", "b");
        encoder.Field("f", double.PositiveInfinity);
        Assert.False(encoder.End(1));
        encoder.Begin("given_up");
        encoder.Field("f", 1L);
        encoder.Begin("m");
        encoder.Field("f", long.MinValue);
        Assert.True(encoder.End(long.MinValue));
        Assert.Equal("m f=-9223372036854775808i -9223372036854775808\n", Text(encoder));
    }

    [Fact]
    public void Misuse_is_refused()
    {
        LineEncoder encoder = new();
        Assert.Throws<InvalidOperationException>(() => encoder.Tag("a", "b"));
        Assert.Throws<InvalidOperationException>(() => encoder.Field("a", 1L));
        Assert.Throws<InvalidOperationException>(() => encoder.End(1));
        Assert.Throws<ArgumentException>(() => encoder.Begin(""));
        Assert.Throws<ArgumentException>(() => encoder.Begin("#comment"));
        encoder.Begin("m");
        encoder.Tag("b", "1");
        encoder.Tag("a", "1");
        Assert.Throws<InvalidOperationException>(() => encoder.Tag("b", "2"));
        encoder.Field("f", 1L);
        Assert.Throws<InvalidOperationException>(() => encoder.Tag("c", "2"));
        encoder.End(5);
        Assert.Equal("m,a=1,b=1 f=1i 5\n", Text(encoder));
    }

    [Fact]
    public void Times_are_nanoseconds() =>
        Assert.Equal(1_700_000_000_123_456_700, LineEncoder.ToNanoseconds(DateTime.UnixEpoch.AddTicks(17_000_000_001_234_567)));

    [Fact]
    public void Every_server_reads_what_was_meant()
    {
        Gen<(string Key, string Value)[]> tags =
            Gen.Select(Gen.OneOf(Gen.String[Gen.Char['a', 'e'], 1, 3], Nasty.Where(n => n.Length > 0)), Nasty).Array[0, 8];
        Gen<(string, (string, string)[], (string, long)[], double, long)> points = Gen.Select(
            Nasty.Where(n => n.Length > 0 && n[0] != '#'),
            tags,
            Gen.Select(Nasty.Where(n => n.Length > 0), Gen.Long).Array[0, 4],
            Gen.Double,
            Gen.Long);
        points.Array[1, 5].Sample(
            all =>
            {
                LineEncoder encoder = new(1);
                List<(string, List<KeyValuePair<string, string>>, List<KeyValuePair<string, string>>, long)> expected = [];
                foreach ((string measurement, (string Key, string Value)[] tagList, (string Key, long Value)[] fields, double real,
                    long time) in all)
                {
                    Dictionary<string, string> kept = [];
                    encoder.Begin(measurement);
                    foreach ((string key, string value) in tagList)
                    {
                        if (kept.TryAdd(Clean(key), Clean(value is { Length: 0 } ? "none" : value)))
                        {
                            encoder.Tag(key, value);
                        }
                    }

                    List<KeyValuePair<string, string>> numbers =
                        [.. fields.Select(f => new KeyValuePair<string, string>(Clean(f.Key), f.Value.ToString() + "i"))];
                    foreach ((string key, long value) in fields)
                    {
                        encoder.Field(key, value);
                    }

                    encoder.Field("real", real);
                    if (double.IsFinite(real))
                    {
                        numbers.Add(new("real", real.ToString(CultureInfo.InvariantCulture)));
                    }

                    Assert.Equal(numbers.Count > 0, encoder.End(time));
                    if (numbers.Count > 0)
                    {
                        expected.Add((Clean(measurement), [.. kept], numbers, time));
                    }
                }

                Assert.Equal(expected.Count, encoder.Lines);
                foreach (bool countBackslashes in new[] { false, true })
                {
                    List<Point> read = LineParser.Read(encoder.Written, countBackslashes);
                    Assert.Equal(expected.Count, read.Count);
                    foreach (((string name, List<KeyValuePair<string, string>> tagList, List<KeyValuePair<string, string>> fields,
                        long time), Point point) in expected.Zip(read))
                    {
                        Assert.Equal(name, point.Measurement);
                        Assert.True(tagList.OrderBy(p => p.Key, StringComparer.Ordinal)
                            .SequenceEqual(point.Tags.OrderBy(p => p.Key, StringComparer.Ordinal)), point.ToString());
                        if (point.Tags.TrueForAll(t => t.Key.All(char.IsAsciiLetter)))
                        {
                            Assert.True(point.Tags.OrderBy(p => p.Key, StringComparer.Ordinal).SequenceEqual(point.Tags), point.ToString());
                        }

                        Assert.True(fields.SequenceEqual(point.Fields), point.ToString());
                        Assert.Equal(time, point.Time);
                    }
                }
            },
            iter: 3_000,
            threads: 1);
    }

    [Fact]
    public void A_warm_encoder_allocates_nothing()
    {
        LineEncoder encoder = new();
        EncodeMany(encoder, 2_000);
        encoder.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        EncodeMany(encoder, 2_000);
        Allocations.AssertNoneSince(before);
        Assert.Equal(2_000, encoder.Lines);
    }

    internal static void EncodeMany(LineEncoder encoder, int count)
    {
        for (int i = 0; i < count; i++)
        {
            encoder.Begin("net_traffic");
            encoder.Tag("application", i % 3 == 0 ? "has space, and=more\\" : "https");
            encoder.Tag("interface", "eth0");
            encoder.Tag("protocol", "tcp");
            encoder.Tag("site", "Zürich");
            encoder.Tag("sensor", "probe-1"); // out of order
            encoder.Field("bytes", 123_456L + i);
            encoder.Field("flows", 3L);
            encoder.Field("packets", 99L);
            encoder.Field("rate", 1.5 * i);
            encoder.End(1_700_000_000_000_000_000 + i);
        }
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Text(LineEncoder encoder) => Encoding.UTF8.GetString(encoder.Written.Span);

    /// <summary>What is meant by a text: the rules of the encoder, said the slow way.</summary>
    private static string Clean(string text)
    {
        StringBuilder cut = new();
        int size = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength is int bytes && Rune.IsControl(rune) ? 1 : rune.Value is 0x2028 or 0x2029 ? 1
                : rune.Utf8SequenceLength;
            if (size > 256)
            {
                break;
            }

            cut.Append(Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? "?" : rune.ToString());
        }

        char[] clean = cut.ToString().ToCharArray();
        for (int i = 0; i < clean.Length; i++)
        {
            if (clean[i] == '\\' && (i + 1 == clean.Length || clean[i + 1] is ',' or ' ' or '=' or '\\'))
            {
                clean[i] = '/';
            }
        }

        return new string(clean);
    }
}
