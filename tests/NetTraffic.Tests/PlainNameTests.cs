namespace NetTraffic.Tests;

/// <summary>One rule for names: what people give is refused, what comes from elsewhere is made to fit.</summary>
public sealed class PlainNameTests
{
    private static readonly string TooLong = new('n', PlainName.Longest + 1);

    public static TheoryData<string> Bad =>
        new("", "  ", "a\u001b[31mb", "a\nb", "a\0", "evil\u202egpj.exe", "zero\u200bwidth", "\ud800", TooLong);

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_name_that_a_person_gives_and_nobody_can_read_is_refused(string name)
    {
        Assert.Throws<FormatException>(() => PlainName.Check("a name", name));
    }

    [Theory]
    [InlineData("eth0")]
    [InlineData("Büro 2: Ø 東京 🦊")]
    public void Any_other_is_taken_to_the_letter(string name)
    {
        Assert.Equal(name, PlainName.Check("a name", name));
        Assert.Equal(name, PlainName.Clean(name));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_name_from_elsewhere_is_made_to_fit(string name)
    {
        CaptureStatus status = new() { Name = name, Sensor = name, HostName = name, Interfaces = [name] };
        foreach (string clean in (string[])[PlainName.Clean(name), status.Name, status.Sensor, status.HostName, .. status.Interfaces])
        {
            Assert.InRange(clean.Length, 0, PlainName.Longest);
            Assert.Equal(Display.Text(clean), clean);
        }
    }

    [Fact]
    public void No_character_is_cut_in_half() =>
        Assert.Equal(new string('n', PlainName.Longest - 1), PlainName.Clean(new string('n', PlainName.Longest - 1) + "🦊"));
}
