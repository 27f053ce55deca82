using System.Buffers.Binary;

namespace NetTraffic.Capture;

/// <summary>The part that begins files and describes interfaces in them.</summary>
internal sealed partial class PacketRingWriter
{
    /// <summary>Begins a file with its section's header and the first interfaces.</summary>
    private bool BeginFile()
    {
        PacketRingFile begun = PacketRingFile.Create(folder, nextSequence++, buffers, bytesPerEntry);
        current = begun;
        int length = AppendBlocks(PcapngBlocks.Section(), Math.Min(InterfacesAtOnce, ring.Interfaces.Count));
        if (length == 0)
        {
            AbandonFile();
            return false;
        }

        return true;
    }

    /// <summary>Describes the interfaces that the chunk names and the file does not know yet.</summary>
    private bool DescribeInterfaces(PacketRingChunk chunk)
    {
        PacketRingFile file = current!;
        bool own = file.Numbers.Length > 0;
        if (!own && chunk.LastInterface < file.Same)
        {
            return true;
        }

        if (!own && chunk.LastInterface < InterfacesAtOnce)
        {
            int length = AppendBlocks([], chunk.LastInterface + 1);
            return length > 0;
        }

        return Renumber(file, chunk);
    }

    /// <summary>
    /// Appends a beginning and the descriptions of the ring's interfaces from those described up to a number; 0: no room.
    /// </summary>
    private int AppendBlocks(byte[] beginning, int upTo)
    {
        PacketRingFile file = current!;
        List<byte> blocks = [.. beginning];
        for (int number = file.Same; number < upTo; number++)
        {
            blocks.AddRange(PcapngBlocks.Interface(ring.Interfaces[number], options.SnapLength));
        }

        byte[] appended = [.. blocks];
        if (!TryAppend(appended))
        {
            return 0;
        }

        file.Same = file.Described = upTo;
        file.Note(PacketRingPart.Interfaces, appended, mayGrow);
        return blocks.Count;
    }

    /// <summary>
    /// A source of hundreds of interfaces (a file may claim 65,536): a file describes those that its packets name, as they come, and
    /// numbers them by itself.
    /// </summary>
    private bool Renumber(PacketRingFile file, PacketRingChunk chunk)
    {
        if (file.Numbers.Length < ring.Interfaces.Count)
        {
            int[] grown = new int[ring.Interfaces.Count];
            grown.AsSpan().Fill(-1);
            file.Numbers.CopyTo(grown, 0);
            for (int number = 0; file.Numbers.Length == 0 && number < file.Same; number++)
            {
                grown[number] = number;
            }

            file.Numbers = grown;
        }

        List<byte> described = [];
        Span<byte> left = chunk.Buffer.AsSpan(0, chunk.Length);
        for (; !left.IsEmpty; left = left[BinaryPrimitives.ReadInt32LittleEndian(left[4..])..])
        {
            int number = BinaryPrimitives.ReadInt32LittleEndian(left[8..]);
            if (file.Numbers[number] < 0)
            {
                file.Numbers[number] = file.Described++;
                described.AddRange(PcapngBlocks.Interface(ring.Interfaces[number], options.SnapLength));
            }

            BinaryPrimitives.WriteInt32LittleEndian(left[8..], file.Numbers[number]);
        }

        if (described.Count > 0)
        {
            byte[] blocks = [.. described];
            if (!TryAppend(blocks))
            {
                AbandonFile();
                return false;
            }

            file.Note(PacketRingPart.Interfaces, blocks, mayGrow);
        }

        return true;
    }
}
