using System.Globalization;
using System.Net;
using NetTraffic.Net;

namespace NetTraffic;

/// <summary>The kinds of values that settings have.</summary>
internal static class SettingTypes
{
    private const int DnsPort = 53;

    /// <summary>A token or password. Messages never quote it.</summary>
    public static SettingType<string> Secret { get; } = new(
        "secret",
        text => text.Any(char.IsControl) ? throw new FormatException("a token or password has no control characters.") : text,
        text => text);

    /// <summary>A key of pseudonyms. Messages never quote it.</summary>
    public static SettingType<string> AnonymizationKey { get; } = Secret with
    {
        Read = text => Net.AnonymizationKey.Parse(text).Length > 0 ? text : "",
    };

    /// <summary>A key of the REST API, of which a hash is kept. Messages never quote it.</summary>
    public static SettingType<string> ApiKey { get; } = Secret with { Read = Net.ApiKey.Hash };

    /// <summary>An IP address to listen at.</summary>
    public static SettingType<string> ListenAddress { get; } = new(
        "IP address",
        text => AddressText.TryParse(text, out _, out _) ? text
            : throw new FormatException($"'{text}' is no IP address. Give for example 127.0.0.1, 192.0.2.10, 0.0.0.0 or ::."),
        text => text);

    /// <summary>Names of hosts.</summary>
    public static SettingType<string[]> HostNames { get; } = new(
        "host names",
        text => [.. Items(text).Select(name => Uri.CheckHostName(name.Trim('[', ']')) != UriHostNameType.Unknown ? name
            : throw new FormatException($"'{name}' is no host name. Give names without a port, for example traffic.example.org."))],
        names => string.Join(',', names))
    {
        IsList = true,
    };

    /// <summary>Web sites, as browsers name them: RFC 6454.</summary>
    public static SettingType<string[]> Origins { get; } = new(
        "web sites",
        text => [.. Items(text).Select(site => Uri.TryCreate(site, UriKind.Absolute, out Uri? url) && url.PathAndQuery == "/"
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
                ? url.GetLeftPart(UriPartial.Authority)
                : throw new FormatException($"'{site}' is no web site. Give its scheme, host and port: https://grafana.example.org."))],
        sites => string.Join(',', sites))
    {
        IsList = true,
    };

    /// <summary>Path of a folder.</summary>
    public static SettingType<string> Folder { get; } = new(
        "folder",
        text => text.Contains('\0', StringComparison.Ordinal) ? throw new FormatException("a path has no NUL in it.") : text,
        text => text);

    /// <summary>Networks in CIDR form.</summary>
    public static SettingType<string[]> Networks { get; } = new(
        "networks in CIDR form",
        ReadNetworks,
        networks => string.Join(',', networks))
    {
        IsList = true,
    };

    /// <summary>UDP ports with their tunnels.</summary>
    public static SettingType<string[]> TunnelPorts { get; } = new(
        "ports with their tunnels",
        text => [.. TunnelPort.ParseAll(Items(text)).Select(port => port.ToString())],
        ports => string.Join(',', ports))
    {
        IsList = true,
    };

    /// <summary>Names of interfaces; which there are, each machine knows itself.</summary>
    public static SettingType<string[]> Interfaces { get; } = new(
        "interfaces",
        text => [.. Items(text).Select(name => PlainName.Check("an interface's name", name, PlainName.Longest))],
        names => string.Join(',', names))
    {
        IsList = true,
    };

    /// <summary>Paths of files.</summary>
    public static SettingType<string[]> Files { get; } = new(
        "paths of files",
        text => [.. Items(Folder.Read(text))],
        files => string.Join(',', files))
    {
        IsList = true,
    };

    /// <summary>Signs of suspicion with their weights.</summary>
    public static SettingType<string[]> Weights { get; } = new(
        "signs with their weights",
        text =>
        {
            string[] items = Items(text);
            SuspicionWeights.Parse(items);
            return items;
        },
        weights => string.Join(',', weights))
    {
        IsList = true,
    };

    /// <summary>A whole number.</summary>
    /// <param name="least">Least.</param>
    /// <param name="most">Most.</param>
    public static SettingType<int> Whole(int least, int most) => new(
        "whole number",
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= least && number <= most ? number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                $"'{text}' is not a whole number from {least} to {most}.")),
        number => number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Base address of an InfluxDB server.</summary>
    public static SettingType<string> InfluxAddress { get; } = Address(
        "give the server's address as http://HOST:8086 or https://HOST.",
        "credentials and database do not belong into the address. Give -InfluxToken, or -InfluxUser and -InfluxPassword, "
        + "and -InfluxBucket or -InfluxDatabase.");

    /// <summary>Base address of a web service.</summary>
    public static SettingType<string> ServiceAddress { get; } = Address(
        "give the service's base address as https://HOST/PATH.",
        "keys and queries do not belong into the address; keys have settings of their own.");

    /// <summary>Who is asked about addresses, in the order of <see cref="EnrichmentTarget.ProviderNames"/>.</summary>
    public static SettingType<string[]> Providers { get; } = new(
        "names of providers",
        ReadProviders,
        providers => string.Join(',', providers))
    {
        IsList = true,
        Choices = EnrichmentTarget.ProviderNames,
    };

    /// <summary>Address of a name server, with a port where that is not 53.</summary>
    public static SettingType<IPEndPoint> NameServer { get; } = new(
        "IP address, with or without a port", ReadNameServer, server => server.Port == DnsPort ? $"{server.Address}" : $"{server}");

    /// <summary>Which InfluxDB write API.</summary>
    public static SettingType<InfluxGeneration> Generation { get; } = new(
        "Auto, 1, 2 or 3",
        ReadGeneration,
        generation => generation == InfluxGeneration.Auto ? nameof(InfluxGeneration.Auto) : $"{(int)generation}")
    {
        Choices = ["Auto", "1", "2", "3"],
    };

    /// <summary>A name as people give it, without spaces around it.</summary>
    /// <param name="what">What has such a name, for the message.</param>
    /// <param name="longest">Characters at most.</param>
    public static SettingType<string> TrimmedName(string what, int longest)
    {
        SettingType<string> name = Name(what, longest);
        return name with { Read = text => name.Read(text.Trim()) };
    }

    /// <summary>A name as another program knows it: taken to the letter.</summary>
    /// <param name="what">What has such a name, for the message.</param>
    /// <param name="longest">Characters at most.</param>
    public static SettingType<string> Name(string what, int longest) => new(
        "text",
        text => PlainName.Check(what, text, longest),
        text => text);

    /// <summary>A length of time.</summary>
    /// <param name="shortest">Least.</param>
    /// <param name="longest">Most.</param>
    /// <param name="otherwise">What a value outside of these is told.</param>
    public static SettingType<TimeSpan> Span(TimeSpan shortest, TimeSpan longest, string otherwise) => new(
        "length of time",
        text => !Duration.TryParse(text, out TimeSpan span)
                ? throw new FormatException($"'{text}' is not a length of time. Give for example {Duration.Examples}.")
            : span < shortest || span > longest ? throw new FormatException($"{span} cannot be: {otherwise}")
            : span,
        span => span.ToString("c"));

    private static string[] Items(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] ReadNetworks(string text)
    {
        string[] networks = Items(text);
        foreach (string network in networks)
        {
            AddressRange.Parse(network);
        }

        return networks;
    }

    /// <summary>Base address of a web server, without credentials, query and the slash at its end.</summary>
    /// <param name="form">What another text is told.</param>
    /// <param name="surplus">What an address with credentials or a query is told.</param>
    private static SettingType<string> Address(string form, string surplus) => new(
        "http or https address",
        text =>
            !Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
                ? throw new FormatException(form)
            : url.UserInfo.Length > 0 || url.Query.Length > 0 ? throw new FormatException(surplus)
            : url.GetLeftPart(UriPartial.Path).TrimEnd('/'),
        text => text);

    private static string[] ReadProviders(string text)
    {
        string[] items = Items(text);
        return items.FirstOrDefault(item => !EnrichmentTarget.ProviderNames.Contains(item, StringComparer.OrdinalIgnoreCase)) is { } unknown
            ? throw new FormatException($"'{unknown}' is none of {string.Join(", ", EnrichmentTarget.ProviderNames)}.")
            : [.. EnrichmentTarget.ProviderNames.Where(name => items.Contains(name, StringComparer.OrdinalIgnoreCase))];
    }

    // IPAddress takes "1" and "0x7f.1" too, which nobody means.
    private static IPEndPoint ReadNameServer(string text)
    {
        bool isVersion4 = text.Split(':')[0].Count(letter => letter == '.') == 3;
        return (isVersion4 || text.Count(letter => letter == ':') > 1) && IPEndPoint.TryParse(text, out IPEndPoint? server)
            ? new IPEndPoint(server.Address, server.Port == 0 ? DnsPort : server.Port)
            : throw new FormatException($"'{text}' is no name server. Give its address, for example 192.0.2.53, or [2001:db8::53]:5353.");
    }

    private static InfluxGeneration ReadGeneration(string text) => text.Trim().ToUpperInvariant() switch
    {
        "AUTO" => InfluxGeneration.Auto,
        "1" or "V1" => InfluxGeneration.V1,
        "2" or "V2" => InfluxGeneration.V2,
        "3" or "V3" => InfluxGeneration.V3,
        _ => throw new FormatException($"'{text}' is none of Auto, 1, 2, 3."),
    };
}
