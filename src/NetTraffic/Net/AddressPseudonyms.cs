using System.Globalization;
using System.Net;
using NetTraffic.Packets;

namespace NetTraffic.Net;

/// <summary>
/// Pseudonyms of addresses under one key: Crypto-PAn for IPv4 and IPv6, and the same for MAC addresses. The last ones are remembered, in a
/// bounded table, since an address costs AES of 32 or 128 blocks. Safe for several threads.
/// </summary>
public sealed class AddressPseudonyms : IDisposable
{
    private const ulong GroupBit = 1UL << 40, IPv6Group = 0x3333, IPv4Group = 0x01005E << 1;
    private readonly Lock gate = new();
    private readonly CryptoPan addresses;
    private readonly CryptoPan stations;
    private readonly Remembered<uint, uint> v4 = new();
    private readonly Remembered<IpAddress128, IpAddress128> v6 = new();
    private readonly Remembered<ulong, ulong> macs = new();
    private readonly Remembered<string, string> texts = new();

    /// <summary>Takes a key over; it may be cleared afterwards.</summary>
    /// <param name="key"><see cref="CryptoPan.KeyLength"/> bytes.</param>
    public AddressPseudonyms(ReadOnlySpan<byte> key)
    {
        addresses = new CryptoPan(key);
        stations = new CryptoPan(key, forStations: true);
    }

    /// <summary>The pseudonym of an IPv4 address, in host order.</summary>
    public uint OfIPv4(uint address)
    {
        if (!v4.TryGet(address, out uint pseudonym))
        {
            lock (gate)
            {
                pseudonym = addresses.Pseudonym(address);
            }

            v4.Add(address, pseudonym);
        }

        return pseudonym;
    }

    /// <summary>The pseudonym of an IPv6 address.</summary>
    public IpAddress128 OfIPv6(in IpAddress128 address)
    {
        if (!v6.TryGet(address, out IpAddress128 pseudonym))
        {
            lock (gate)
            {
                pseudonym = addresses.Pseudonym(address);
            }

            v6.Add(address, pseudonym);
        }

        return pseudonym;
    }

    /// <summary>
    /// The pseudonym of a MAC address (low 48 bits). Stations of one vendor stay of one vendor, and stations stay stations. None (0) stays
    /// none, and group addresses stay, which name protocols, but for those that are made of an IP group address (RFC 1112 section 6.4,
    /// RFC 2464 section 7): of these, the part that is.
    /// </summary>
    public ulong OfMac(ulong mac)
    {
        ulong hidden = (mac & GroupBit) == 0 ? (1UL << 48) - 1
            : mac >> 32 == IPv6Group ? uint.MaxValue
            : mac >> 23 == IPv4Group ? (1UL << 23) - 1
            : 0;
        if (mac == 0 || hidden == 0)
        {
            return mac;
        }

        if (!macs.TryGet(mac, out ulong pseudonym))
        {
            lock (gate)
            {
                pseudonym = (mac & ~hidden) | (stations.Pseudonym48(mac) & hidden);
            }

            // One-to-one all the same: of two stations the bits before this one differ, or are flipped alike.
            pseudonym = (mac & GroupBit) == 0 ? pseudonym & ~GroupBit : pseudonym;
            macs.Add(mac, pseudonym);
        }

        return pseudonym;
    }

    /// <summary>The pseudonym of an address as text, as text.</summary>
    /// <exception cref="FormatException">It is no address.</exception>
    public string OfText(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!texts.TryGet(address, out string? pseudonym))
        {
            IpAddress128 parsed = AddressText.FromIPAddress(IPAddress.Parse(address));
            pseudonym = address.Contains(':', StringComparison.Ordinal)
                ? OfIPv6(parsed).ToString(6)
                : IpAddress128.FromIPv4(OfIPv4((uint)parsed.Low)).ToString(4);
            texts.Add(address, pseudonym);
        }

        return pseudonym;
    }

    /// <summary>The pseudonym of a MAC address as text, as text with colons.</summary>
    /// <exception cref="FormatException">It is no MAC address.</exception>
    public string OfMacText(string mac)
    {
        ArgumentNullException.ThrowIfNull(mac);
        if (!texts.TryGet(mac, out string? pseudonym))
        {
            string digits = mac.Replace(":", "", StringComparison.Ordinal);
            ulong number = digits.Length == 12 ? ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : throw new FormatException($"'{mac}' is no MAC address.");
            pseudonym = AddressText.Mac(OfMac(number)) ?? mac;
            texts.Add(mac, pseudonym);
        }

        return pseudonym;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        addresses.Dispose();
        stations.Dispose();
    }

    /// <summary>
    /// A table of a fixed size in which the newest takes the place of what was there. An entry is never changed, so that it is read without
    /// a lock.
    /// </summary>
    private sealed class Remembered<TKey, TValue>
        where TKey : notnull, IEquatable<TKey>
    {
        private const int Bits = 16;
        private readonly Lazy<Entry?[]> entries = new(() => new Entry?[1 << Bits]);

        public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
        {
            Entry? entry = Volatile.Read(ref entries.Value[Slot(key)]);
            bool found = entry is not null && entry.Key.Equals(key);
            value = found ? entry!.Value : default;
            return found;
        }

        public void Add(TKey key, TValue value) => Volatile.Write(ref entries.Value[Slot(key)], new Entry(key, value));

        private static int Slot(TKey key) => (int)((uint)key.GetHashCode() * 2654435769u >> (32 - Bits));

        private sealed record Entry(TKey Key, TValue Value);
    }
}
