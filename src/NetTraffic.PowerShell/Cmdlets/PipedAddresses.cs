using System.Management.Automation;
using System.Net;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell;

/// <summary>The addresses that an object of the pipeline stands for.</summary>
internal static class PipedAddresses
{
    // Of a flow or packet both ends; of a summary's row its key, of a conversation both.
    private static readonly string[] Properties = ["Address", "PeerAddress", "SourceAddress", "DestinationAddress", "IPAddress",
        "IPAddressToString"];

    /// <summary>The addresses of an object, as flows have them. What stands for none is reported.</summary>
    /// <param name="input">Text, an IPAddress, a flow, a packet, a row of a summary, or whatever has an Address.</param>
    /// <param name="command">Who asks.</param>
    /// <param name="problem">Takes the error.</param>
    public static IEnumerable<string> Of(PSObject input, string command, Action<ErrorRecord> problem)
    {
        foreach (PSObject one in PipedObject.Each(input))
        {
            string[] texts = one.BaseObject switch
            {
                string text => [text],
                IPAddress address => [address.ToString()],
                _ => [.. Properties.Select(name => Value(one, name)).OfType<string>().Where(text => text.Length > 0).Distinct()],
            };
            if (texts.Length == 0 && !MayHaveNone(one))
            {
                problem(ErrorRecords.Make(TrafficErrors.NotInput,
                    $"{command} cannot tell which address a {new PipedObject(one).TypeName} stands for.", null,
                    "Pipe in addresses, flows, packets, or rows of Get-TrafficSummary -By Address."));
            }

            foreach (string text in texts)
            {
                if (Read(text, problem) is { } address)
                {
                    yield return address;
                }
            }
        }
    }

    /// <summary>An address as flows have it; null: it is none, and that is reported.</summary>
    public static string? Read(string text, Action<ErrorRecord> problem)
    {
        if (AddressText.TryParse(text.Trim(), out IpAddress128 value, out byte version))
        {
            return value.ToString(version);
        }

        problem(ErrorRecords.Make(TrafficErrors.BadAddress, $"'{text}' is not an address.", text));
        return null;
    }

    /// <summary>Frames without IP have no address, and that is no mistake; rows of a summary by something else are one.</summary>
    private static bool MayHaveNone(PSObject one) => one.Properties["By"]?.Value?.ToString() is { } key
        ? key is nameof(SummaryKey.Address) or nameof(SummaryKey.SourceAddress) or nameof(SummaryKey.DestinationAddress)
            or nameof(SummaryKey.Conversation)
        : one.Properties["SourceAddress"] is not null;

    private static string? Value(PSObject one, string property)
    {
        try
        {
            return one.Properties[property]?.Value switch
            {
                PSObject { BaseObject: string text } => text,
                string text => text,
                IPAddress address => address.ToString(),
                _ => null,
            };
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}
