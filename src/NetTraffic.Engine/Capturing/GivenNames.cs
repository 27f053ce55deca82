namespace NetTraffic.Engine;

/// <summary>The names that whoever starts a capture or import may give.</summary>
internal static class GivenNames
{
    /// <summary>Refuses names that are none (<see cref="PlainName.Check"/>); null is none given.</summary>
    /// <exception cref="FilterValueException">A name is none.</exception>
    public static void Check(string? name, string? sensor)
    {
        try
        {
            _ = name is null ? null : PlainName.Check("a capture's name", name);
            _ = sensor is null ? null : PlainName.Check("a sensor's name", sensor, PlainName.LongestSensor);
        }
        catch (FormatException error)
        {
            throw new FilterValueException($"That cannot be: {error.Message}", "Give a shorter or a plainer name.");
        }
    }
}
