using System.Globalization;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// The packets of a ring, in the order they came. Files and stretches of files that hold nothing of the selection are skipped by their
/// index; what no index covers is read. The ring may be in use: it is read as far as it is whole, files that it deletes meanwhile are
/// passed over, and each packet is given once. Only packets of the selection's time are handed over.
/// </summary>
public sealed class PacketRingSource : IPacketSource
{
    private readonly string folder;
    private readonly PacketSelection selection;
    private readonly long? only;
    private readonly InterfaceList interfaces = new();
    private readonly Dictionary<PacketInterface, int> numbers = [];
    private readonly SourceCounts counts = new();
    private ByteWindow? window;
    private long packets;
    private long bytes;
    private long position;
    private long length;
    private bool disposed;

    /// <summary>Makes a source; a folder that is not there has no packets.</summary>
    /// <param name="folder">The ring's folder.</param>
    /// <param name="selection">What is wanted.</param>
    public PacketRingSource(string folder, PacketSelection selection)
        : this(folder, selection, null)
    {
    }

    /// <summary>Makes a source of one file.</summary>
    internal PacketRingSource(string folder, PacketSelection selection, long? only)
    {
        this.folder = folder;
        this.selection = selection;
        this.only = only;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PacketInterface> Interfaces => interfaces;

    /// <summary>
    /// What the ring's files say was received and lost, per interface that they say so of; as far as they have been read.
    /// </summary>
    public IReadOnlyList<InterfaceStatistics> Statistics => counts.Statistics;

    /// <inheritdoc/>
    public PacketSourceCounters Counters => new()
    {
        Packets = counts.Packets,
        Bytes = counts.Bytes,
        KernelDrops = counts.KernelDrops,
        InterfaceDrops = counts.InterfaceDrops,
        Position = Volatile.Read(ref position),
        Length = Volatile.Read(ref length),
    };

    /// <summary>Bytes read from the ring's files, their indexes left out.</summary>
    internal long BytesRead { get; private set; }

    /// <summary>Files opened.</summary>
    internal int FilesOpened { get; private set; }

    /// <inheritdoc/>
    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        List<long> files = only is { } sequence ? [sequence] : PacketRingFiles.List(folder);
        long[] lengths = [.. files.Select(file => PacketRingFiles.Length(PacketRingFiles.DataPath(folder, file)))];
        Volatile.Write(ref length, lengths.Sum());
        RingSink mapped = new(this, sink);
        CaptureFormatException? damage = null;
        int damaged = 0;
        long before = 0;
        for (int i = 0; i < files.Count && !mapped.Stopped && !cancellationToken.IsCancellationRequested; i++)
        {
            if (!sink.OnTick(0))
            {
                break;
            }

            try
            {
                ReadFile(files[i], mapped, cancellationToken);
            }
            catch (CaptureFormatException found)
            {
                damage ??= found; // what the other files hold is still good
                damaged++;
            }

            before += lengths[i];
            Volatile.Write(ref position, before);
            counts.Publish(packets, bytes);
        }

        counts.Publish(packets, bytes);
        if (only is null && !mapped.Stopped && !cancellationToken.IsCancellationRequested
            && PacketRingFiles.FindMissing(folder, files) is var (first, last))
        {
            string missing = PacketRingFiles.DataPath(folder, first);
            damage ??= new CaptureFormatException(
                first == last ? $"'{missing}' is not there, and its packets are lost"
                    : $"'{missing}' to '{Path.GetFileName(PacketRingFiles.DataPath(folder, last))}' are not there, and their packets are lost",
                0,
                truncated: false);
            damaged++;
        }

        if (damage is not null && !mapped.Stopped)
        {
            throw damaged == 1 ? damage : new CaptureFormatException(
                string.Create(CultureInfo.InvariantCulture, $"{damage.Message}. So are others of its ring: {damaged} files in all"),
                damage.Offset,
                truncated: false,
                damage);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        window?.Dispose();
    }

    private void ReadFile(long sequence, RingSink sink, CancellationToken cancellationToken)
    {
        List<PacketRingEntry> index = PacketRingIndex.Read(PacketRingFiles.IndexPath(folder, sequence));
        long covered = index.Count > 0 ? index[^1].End : 0;
        bool complete = index.Count > 0 && index[^1].Part == PacketRingPart.End;
        string path = PacketRingFiles.DataPath(folder, sequence);
        List<RingStretch> stretches =
            Wanted(index, !complete && PacketRingFiles.Length(path) > covered, complete ? covered : long.MaxValue);
        if (stretches.Count == 0)
        {
            return;
        }

        FileStream file;
        try
        {
            file = SharedFile.OpenRead(path, bufferSize: 0);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return; // the ring went round
        }

        FilesOpened++;
        bool ahead = file.Length < covered;
        RingStretches stream = new(file, stretches, complete);
        window = new ByteWindow(stream);
        try
        {
            InterfaceList described = new();
            SourceCounts counted = new();
            sink.Begin(described);
            ReadOnlySpan<byte> start = window.Peek(4);
            if (start.Length == 4 ? !PcapngReader.Recognises(start) : stream.DamageOffset is not null)
            {
                throw new CaptureFormatException($"'{file.Name}' does not begin as a file of a packet ring", 0, truncated: false);
            }

            try
            {
                new PcapngReader(window, described, counted).Run(sink, cancellationToken);
            }
            catch (CaptureFormatException error)
                when (!complete
                    && (stream.FileOffset(error.Offset) >= covered ? error.Truncated || covered > 0 : error.Truncated && ahead))
            {
                // The end of a file that is being written, or was when its writer was killed: behind what the index knows, or where the
                // index is ahead.
            }
            catch (CaptureFormatException error)
            {
                string message = $"'{file.Name}' is damaged: {error.Message}";
                throw new CaptureFormatException(message, stream.FileOffset(error.Offset), truncated: false, error);
            }

            foreach (InterfaceStatistics found in counted.Statistics)
            {
                counts.Add(NumberOf(found.Interface), found);
            }

            if (stream.DamageOffset is { } at)
            {
                string saved = stream.SavedPackets > 0 ? $", and {stream.SavedPackets:N0} beside the damage may be wrong" : "";
                throw new CaptureFormatException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"'{file.Name}' is damaged: {stream.LostPackets:N0} packets are lost{saved}"),
                    at,
                    truncated: false);
            }
        }
        finally
        {
            BytesRead += stream.BytesRead;
            window.Dispose();
            window = null;
        }
    }

    /// <summary>
    /// Stretches to read: what no entry covers, what entries say may be wanted, and whatever packets need to be understood. The last one
    /// is open where the file may have grown since. None where nothing of the file is wanted.
    /// </summary>
    private List<RingStretch> Wanted(List<PacketRingEntry> index, bool goesOn, long end)
    {
        List<RingStretch> stretches = [];
        long covered = 0;
        bool any = goesOn;
        foreach (PacketRingEntry entry in index)
        {
            any |= entry.Offset > covered || entry.Part == PacketRingPart.Statistics || MayHold(entry);
            covered = entry.End;
        }

        if (!any)
        {
            return stretches;
        }

        covered = 0;
        foreach (PacketRingEntry entry in index)
        {
            Add(covered, entry.Offset, null);
            if (entry.Part is PacketRingPart.Interfaces or PacketRingPart.Statistics || MayHold(entry))
            {
                Add(entry.Offset, entry.End, entry);
            }

            covered = entry.End;
        }

        Add(covered, end, null);
        return stretches;

        void Add(long from, long to, PacketRingEntry? entry)
        {
            if (from < to)
            {
                stretches.Add(new RingStretch(from, to, entry));
            }
        }
    }

    private bool MayHold(PacketRingEntry entry) => entry.Part == PacketRingPart.Packets
        && entry.LastNs >= selection.FirstNs && entry.FirstNs <= selection.LastNs
        && (selection.Address.Count == 0 || entry.AnyAddress || Array.Exists(entry.Addresses, IsWanted));

    private bool IsWanted(IpAddress128 address)
    {
        foreach (AddressRange range in selection.Address)
        {
            if (range.MayContain(address))
            {
                return true;
            }
        }

        return false;
    }

    private int NumberOf(PacketInterface found)
    {
        if (!numbers.TryGetValue(found, out int number))
        {
            number = interfaces.Count;
            numbers.Add(found, number);
            interfaces.Add(found);
        }

        return number;
    }

    /// <summary>Gives a file's packets on with the ring's numbers for their interfaces.</summary>
    private sealed class RingSink(PacketRingSource owner, IPacketSink inner) : IPacketSink
    {
        private readonly List<int> numbers = [];
        private InterfaceList described = new();

        public bool Stopped { get; private set; }

        public void Begin(InterfaceList file)
        {
            described = file;
            numbers.Clear();
        }

        public bool OnPacket(in RawPacket packet)
        {
            if (packet.TimestampNs < owner.selection.FirstNs || packet.TimestampNs > owner.selection.LastNs)
            {
                return true;
            }

            while (numbers.Count <= packet.InterfaceIndex)
            {
                numbers.Add(owner.NumberOf(described[numbers.Count]));
            }

            RawPacket given = new(packet.TimestampNs, packet.WireLength, packet.LinkType, numbers[packet.InterfaceIndex], packet.Data);
            owner.packets++;
            owner.bytes += packet.WireLength;
            Stopped = !inner.OnPacket(given);
            return !Stopped;
        }

        public bool OnTick(long nowNs)
        {
            owner.counts.Publish(owner.packets, owner.bytes);
            Stopped |= !inner.OnTick(nowNs);
            return !Stopped;
        }
    }
}
