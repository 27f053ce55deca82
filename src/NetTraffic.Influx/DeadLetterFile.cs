using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>
/// The lines a server does not take, as JSON lines that only their owner reads: <c>{"time", "reason", "line"}</c>. What is
/// appended is on the disk when the call returns. At its size limit the file becomes NAME.1 and a new one is begun.
/// </summary>
internal sealed class DeadLetterFile(string path, long limit)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock gate = new();

    /// <summary>Appends entries.</summary>
    public void Append(IReadOnlyList<RejectedLine> entries)
    {
        lock (gate)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            int next = 0;
            while (next < entries.Count)
            {
                if (File.Exists(path) && new FileInfo(path).Length >= limit)
                {
                    SharedFile.Replace(path, path + ".1");
                }

                next = AppendSome(entries, next);
            }
        }
    }

    private int AppendSome(IReadOnlyList<RejectedLine> entries, int next)
    {
        using FileStream file = SharedFile.Create(path, FileMode.Append, ownerOnly: true, FileShare.Read | FileShare.Delete, 1 << 16);
        using MemoryStream text = new();
        do
        {
            text.SetLength(0);
            Write(text, entries[next++]);
            text.WriteByte((byte)'\n');
            text.WriteTo(file);
        }
        while (next < entries.Count && file.Position < limit);
        file.Flush(flushToDisk: true);
        return next;
    }

    private static void Write(Stream stream, RejectedLine entry)
    {
        using Utf8JsonWriter json = new(stream, Json);
        json.WriteStartObject();
        json.WriteString("time", DateTime.UtcNow);
        json.WriteString("reason", entry.Reason);
        json.WriteString("line", Encoding.UTF8.GetString(entry.Line.Span).TrimEnd('\n'));
        json.WriteEndObject();
    }
}

/// <summary>A line the server does not take.</summary>
/// <param name="Reason">The server's words.</param>
/// <param name="Line">The line.</param>
internal readonly record struct RejectedLine(string Reason, ReadOnlyMemory<byte> Line);
