namespace NetTraffic.Tests;

/// <summary>Values as people read them.</summary>
public sealed class DisplayTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.00 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.00 MB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(long.MaxValue, "9.22 EB")]
    public void Sizes(long bytes, string text) => Assert.Equal(text, Display.Bytes(bytes));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31m", "\\u001b[31m")]
    [InlineData("a\u202eb\u2028c", "a\\u202eb\\u2028c")]
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData(null, "")]
    public void Text_is_made_safe(string? text, string shown) => Assert.Equal(shown, Display.Text(text));

    [Fact]
    public void A_lone_surrogate_is_shown_as_a_number() => Assert.Equal("\\ud83d!", Display.Text(new string(['\ud83d', '!'])));

    [Fact]
    public void Texts_are_shortened_in_the_middle_and_numbers_above_a_million()
    {
        Assert.Equal("ab…yz", Display.Short("abcdefghijklmnopqrstuvwxyz", 5));
        Assert.Equal("999,999", Display.ShortCount(999_999));
        Assert.Equal("1.53 M", Display.ShortCount(1_530_000));
    }

    [Fact]
    public void Damage_is_made_of_sentences()
    {
        Assert.Equal("It ends early (at byte 7).", Display.Damage("It ends early.", 7));
        Assert.Equal("It ends at byte 7.", Display.Damage("It ends at byte 7.", 7));
    }
}
