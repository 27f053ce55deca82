using System.Globalization;
using System.Net;
using System.Text;
using NetTraffic.Enrichment.Limits;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Online.AbuseIpDb;

/// <summary>AbuseIPDB's <c>/blacklist</c>: the addresses that it is surest of, worst first.</summary>
internal sealed class AbuseIpDbBlacklist(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
{
    private readonly OnlineService service = AbuseIpDbService.Of(target);

    // Five a day for a free account; the largest list of a plan has half a million addresses.
    private readonly OnlineClient client = new(
        AbuseIpDbService.Of(target),
        new LimitGate(storePath, "abuseipdb-blacklist", target.AbuseIpDbKey, new ProviderLimit(PerMinute: 2, PerDay: 5), time),
        options with { LargestAnswer = 32 << 20, Timeout = TimeSpan.FromMinutes(2) },
        time,
        AbuseIpDbService.HeedAsync);

    /// <summary>Downloads it.</summary>
    public async Task<AddressList> DownloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await client.AskAsync(
                () => AbuseIpDbService.Get(service, "/blacklist?plaintext"), Read, refused: null, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestProblem problem)
        {
            throw new ProviderException(problem.Message);
        }
    }

    private AddressList Read(OnlineReply reply)
    {
        if (reply.IsHtml || !reply.MediaType.StartsWith("text/plain", StringComparison.Ordinal))
        {
            throw client.Unexpected(reply, "a list of addresses");
        }

        List<IPAddress> addresses = [];
        using StreamReader lines = new(new MemoryStream(reply.Body), Encoding.UTF8);
        while (lines.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } text)
            {
                addresses.Add(AddressText.TryParse(text, out IpAddress128 address, out byte version)
                    ? AddressText.ToIPAddress(address, version)
                    : throw new RequestProblem($"the list of {service.Host} has a line that is no address: '{service.Quote(text)}'"));
            }
        }

        return new AddressList(addresses, DateTime.TryParse(
            reply.Header("X-Generated-At"), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time) ? time : null);
    }
}
