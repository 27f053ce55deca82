namespace NetTraffic.Packets;

/// <summary>A source that captures on one interface now.</summary>
public interface ILiveSource : IPacketSource
{
    /// <summary>
    /// What keeps packets from coming at the moment, for people, or null: the interface is down, and packets come again when it is up. It
    /// stays for a second at least, so that who looks ten times a second sees each one.
    /// </summary>
    string? Problem { get; }

    /// <summary>What the interface is doing: up, down, or removed and waited for. From any thread.</summary>
    InterfaceState State { get; }

    /// <summary>
    /// Opens the interface and sets the filter, so that everything that can be refused is refused before anything is stored.
    /// </summary>
    /// <exception cref="CaptureException">It cannot: see <see cref="CaptureException.Problem"/>.</exception>
    void Open();
}
