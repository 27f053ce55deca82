using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment;

/// <summary>
/// Puts together what is known of an address: what this machine's tables say, the blocklists it is on, what providers said, and how
/// suspicious that makes it. Where several say the same thing, the tables come first, then the providers in their order; of places the one
/// that knows the city.
/// </summary>
/// <param name="geo">Countries and autonomous systems.</param>
/// <param name="blocklists">The blocklists.</param>
/// <param name="weights">What a sign of suspicion weighs.</param>
public sealed class AddressDescriber(GeoTables geo, BlocklistSet blocklists, SuspicionWeights weights)
{
    /// <summary>Name of this machine's tables among the providers.</summary>
    public const string GeoName = EnrichmentTarget.Geo;

    /// <summary>Name of the blocklists among the providers.</summary>
    public const string BlocklistName = "blocklist";

    /// <summary>What is known of an address.</summary>
    /// <param name="address">The address as flows have it.</param>
    /// <param name="rows">What providers said of it, in the order in which they count.</param>
    /// <param name="missing">What is missing and why.</param>
    public IpEnrichment Describe(string address, IEnumerable<EnrichmentRow> rows, IEnumerable<string> missing)
    {
        if (!AddressText.TryParse(address, out IpAddress128 value, out byte version))
        {
            throw new ArgumentException($"'{address}' is no address.", nameof(address));
        }

        IpEnrichment found = new() { Address = address, Scope = SpecialAddress.ScopeOf(value, version), Missing = new(missing) };
        List<string> providers = [];
        List<EnrichmentRow> sources = [];
        if (found.Scope == SpecialAddress.Public)
        {
            GeoRecord here = geo.Find(value, version);
            if (here.CountryCode is not null || here.AsNumber is not null)
            {
                providers.Add(GeoName);
            }

            sources.Add(new EnrichmentRow
            {
                CountryCode = here.CountryCode,
                Country = here.Country,
                Region = here.Region,
                City = here.City,
                Latitude = here.Latitude,
                Longitude = here.Longitude,
                AsNumber = here.AsNumber,
                AsName = here.AsName,
            });
        }

        foreach (EnrichmentRow row in rows)
        {
            sources.Add(row);
            providers.Add(row.Provider);
            found.FetchedTime = Earliest(found.FetchedTime, row.Time);
            found.ExpiresTime = Earliest(found.ExpiresTime, row.ExpiresTime);
        }

        SetPlace(found, sources);
        sources.ForEach(row => Add(found, row));
        found.Blocklists = new(blocklists.Of(value, version));
        if (found.Blocklists.Count > 0)
        {
            providers.Add(BlocklistName);
        }

        Countries.Country? country = Countries.Find(found.CountryCode);
        found.Country ??= country?.Name;
        found.Organization ??= found.AsName;
        found.LocationAccuracy = found.Latitude is null || found.Longitude is null ? null : found.City is not null ? "City" : "Region";
        if (found.LocationAccuracy is null && country is not null)
        {
            (found.Latitude, found.Longitude, found.LocationAccuracy) = (country.Latitude, country.Longitude, "Country");
        }

        found.Providers = new(providers);
        weights.Apply(found);
        return found;
    }

    private static DateTime? Earliest(DateTime? known, DateTime time) =>
        known is { } other && other.ToUniversalTime() <= time ? known : DateTime.SpecifyKind(time, DateTimeKind.Utc);

    /// <summary>
    /// Where an address is, as one source has it, so that no city has another's coordinates: the first that knows a city and its country,
    /// else coordinates and a country, else a country.
    /// </summary>
    private static void SetPlace(IpEnrichment to, IReadOnlyList<EnrichmentRow> sources)
    {
        EnrichmentRow[] known = [.. sources.Where(row => row.CountryCode is not null)];
        if ((Array.Find(known, row => row.City is not null) ?? Array.Find(known, row => row is { Latitude: not null, Longitude: not null })
            ?? known.FirstOrDefault()) is { } place)
        {
            (to.CountryCode, to.Country, to.Region, to.City) = (place.CountryCode, place.Country, place.Region, place.City);
            (to.Latitude, to.Longitude) = place is { Latitude: not null, Longitude: not null } ? (place.Latitude, place.Longitude)
                : (null, null);
        }
    }

    /// <summary>Takes from a source what nobody said before.</summary>
    private static void Add(IpEnrichment to, EnrichmentRow row)
    {
        // A name goes with its number.
        if (to.AsNumber is null)
        {
            (to.AsNumber, to.AsName) = (row.AsNumber, row.AsName ?? to.AsName);
        }

        to.Organization ??= row.Organization;
        to.HostName ??= row.HostName;
        to.IsHosting ??= row.IsHosting;
        to.IsProxy ??= row.IsProxy;
        to.IsMobile ??= row.IsMobile;
        to.IsTor ??= row.IsTor;
        to.AbuseScore ??= row.AbuseScore;
        to.AbuseReports ??= row.AbuseReports;
        to.MaliciousVotes ??= row.MaliciousVotes;
        to.SuspiciousVotes ??= row.SuspiciousVotes;
        to.HarmlessVotes ??= row.HarmlessVotes;
    }
}
