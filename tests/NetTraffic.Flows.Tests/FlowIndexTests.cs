using CsCheck;

namespace NetTraffic.Flows.Tests;

/// <summary>The index against a dictionary.</summary>
public sealed class FlowIndexTests
{
    [Fact]
    public void Adding_and_removing_in_any_order_keeps_what_a_dictionary_keeps() =>
        Gen.Select(Gen.UInt[0, 40], Gen.Bool, Gen.Int[0, 1 << 20]).List[0, 400].Sample(
            steps =>
            {
                FlowIndex index = new();
                Dictionary<int, uint> model = [];
                int next = 0;
                foreach ((uint low, bool add, int pick) in steps)
                {
                    // Few different places, at the table's end too, so that runs of probes form and wrap around.
                    uint hash = low < 20 ? low : uint.MaxValue - low;
                    if (add || model.Count == 0)
                    {
                        index.Add(hash, next);
                        model.Add(next++, hash);
                    }
                    else
                    {
                        int entry = model.Keys.ElementAt(pick % model.Count);
                        index.Remove(model[entry], entry);
                        model.Remove(entry);
                    }
                }

                Assert.Equal(model.Count, index.Count);
                foreach (IGrouping<uint, KeyValuePair<int, uint>> same in model.GroupBy(pair => pair.Value))
                {
                    Assert.Equal(same.Select(pair => pair.Key).Order(), Candidates(index, same.Key).Order());
                }
            },
            iter: 1000);

    [Fact]
    public void It_grows()
    {
        FlowIndex index = new();
        Random random = new(1);
        uint[] hashes = [.. Enumerable.Range(0, 50_000).Select(_ => (uint)random.NextInt64(1L << 32))];
        for (int i = 0; i < hashes.Length; i++)
        {
            index.Add(hashes[i], i);
        }

        Assert.All(Enumerable.Range(0, hashes.Length), i => Assert.Contains(i, Candidates(index, hashes[i])));
    }

    private static List<int> Candidates(FlowIndex index, uint hash)
    {
        List<int> found = [];
        int at = index.Start(hash);
        while (index.NextCandidate(hash, ref at) is >= 0 and var entry)
        {
            found.Add(entry);
        }

        return found;
    }
}
