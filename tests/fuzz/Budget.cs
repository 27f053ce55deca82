using System.Globalization;

namespace NetTraffic.Fuzz.Tests;

/// <summary>How long the loops run: shortly, unless the environment says otherwise (tests/fuzz/long.sh).</summary>
internal static class Budget
{
    public static int Seed => (int)Number("NETTRAFFIC_FUZZ_SEED", 20_261_128);

    public static long First => Number("NETTRAFFIC_FUZZ_FIRST", 0);

    public static long Packets => Number("NETTRAFFIC_FUZZ_PACKETS", 400_000);

    public static long Files => Number("NETTRAFFIC_FUZZ_FILES", 600);

    public static long Stores => Number("NETTRAFFIC_FUZZ_STORES", 40);

    private static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
