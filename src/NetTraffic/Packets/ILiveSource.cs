namespace NetTraffic.Packets;

/// <summary>A source that captures on one interface now.</summary>
public interface ILiveSource : IPacketSource
{
    /// <summary>What keeps packets from coming at the moment (the interface is down), or null.</summary>
    string? Problem { get; }

    /// <summary>Opens the interface and sets the filter, so that everything that can be refused is refused before anything is stored.</summary>
    /// <exception cref="CaptureException">It cannot: see <see cref="CaptureException.Problem"/>.</exception>
    void Open();
}
