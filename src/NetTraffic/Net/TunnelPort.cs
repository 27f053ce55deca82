using System.Globalization;

namespace NetTraffic.Net;

/// <summary>A UDP port on which a tunnel is looked for besides its own: <c>4444=VXLAN</c>.</summary>
/// <param name="Port">The port, 1 to 65535.</param>
/// <param name="StandardPort">The port that IANA has for that tunnel: what is on <paramref name="Port"/> is read as if on this.</param>
public readonly record struct TunnelPort(ushort Port, ushort StandardPort)
{
    /// <summary>The tunnels, by the port that is theirs.</summary>
    public static IReadOnlyList<(string Name, ushort StandardPort)> Tunnels { get; } =
    [
        ("VXLAN", 4789), ("VXLAN-GPE", 4790), ("Geneve", 6081), ("GTP-U", 2152), ("L2TP", 1701), ("Teredo", 3544), ("GRE", 4754),
        ("MPLS", 6635), ("LISP", 4341), ("AYIYA", 5072), ("TZSP", 37008), ("CAPWAP", 5247),
    ];

    // Where they are looked for in any case.
    private static readonly ushort[] Taken = [.. Tunnels.Select(tunnel => tunnel.StandardPort), 2123, 3386, 8472];

    /// <summary>Reads <c>PORT=TUNNEL</c>; upper and lower case of the tunnel's name are alike.</summary>
    /// <exception cref="FormatException">It is none; the message says what was expected.</exception>
    public static TunnelPort Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('=', StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            throw new FormatException($"'{text}' is no port with its tunnel. Give for example 4444=VXLAN.");
        }

        if (Array.IndexOf(Taken, port) >= 0)
        {
            throw new FormatException($"port {port} has its tunnel already; other ports can be given one.");
        }

        foreach ((string name, ushort standard) in Tunnels)
        {
            if (name.Equals(parts[1], StringComparison.OrdinalIgnoreCase))
            {
                return new TunnelPort(port, standard);
            }
        }

        throw new FormatException($"'{parts[1]}' is none of {string.Join(", ", Tunnels.Select(tunnel => tunnel.Name))}.");
    }

    /// <summary>Reads several.</summary>
    /// <exception cref="FormatException">One is none, or a port has two tunnels.</exception>
    public static TunnelPort[] ParseAll(IEnumerable<string> texts)
    {
        TunnelPort[] ports = [.. texts.Select(Parse)];
        foreach (IGrouping<ushort, TunnelPort> port in ports.GroupBy(one => one.Port))
        {
            if (port.Distinct().Count() > 1)
            {
                throw new FormatException($"port {port.Key} is given two tunnels.");
            }
        }

        return ports;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        ushort standard = StandardPort;
        return string.Create(CultureInfo.InvariantCulture, $"{Port}={Tunnels.First(tunnel => tunnel.StandardPort == standard).Name}");
    }
}
