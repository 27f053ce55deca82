using CsCheck;

namespace NetTraffic.Tests;

/// <summary>Lengths of time as people write them.</summary>
public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("5min", 300)]
    [InlineData("2h", 7200)]
    [InlineData("7d", 604_800)]
    [InlineData("2W", 1_209_600)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData(" 10S ", 10)]
    [InlineData("00:05:00", 300)]
    [InlineData("1.00:00:00", 86_400)]
    [InlineData("0s", 0)]
    public void A_length_of_time_is_understood(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("-00:05:00")]
    [InlineData("5 m")]
    [InlineData("5m3")]
    [InlineData("1..5h")]
    [InlineData("5y")]
    [InlineData("99999999999999d")]
    [InlineData("5:x")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(Duration.TryParse(text, out _));
        Assert.Contains(Duration.Examples, Assert.Throws<FormatException>(() => Duration.Parse(text!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_understood_or_refused() =>
        Gen.String[Gen.Char["0123456789.:-smhdwMSx "], 0, 12]
            .Sample(text => Assert.True(Duration.TryParse(text, out TimeSpan value) ? value >= TimeSpan.Zero : value == TimeSpan.Zero),
                iter: 20_000);

    [Fact]
    public void A_TimeSpans_own_text_is_understood() =>
        Gen.Long[0, TimeSpan.MaxValue.Ticks]
            .Sample(ticks => Assert.Equal(ticks, Duration.Parse(TimeSpan.FromTicks(ticks).ToString("c")).Ticks));
}
