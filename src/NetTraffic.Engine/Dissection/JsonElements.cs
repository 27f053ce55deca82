using System.Text.Json;

namespace NetTraffic.Engine;

/// <summary>
/// The elements of one long JSON array, one after the other as they arrive: of the array never more than one element is in memory.
/// </summary>
internal sealed class JsonElements(Stream stream)
{
    private const int Usual = 64 << 10, Largest = 256 << 20;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = MaxDepth };
    private byte[] buffer = new byte[Usual];
    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = MaxDepth });
    private int begin;
    private int end;
    private int scanned;
    private int elementStart = -1;
    private bool ended;

    /// <summary>Levels of one another inside an element at most.</summary>
    public const int MaxDepth = 1000;

    /// <summary>The next element, to be disposed; null at the end of the array, or where the text ends.</summary>
    /// <exception cref="JsonException">The text is no array of JSON objects.</exception>
    public JsonDocument? Next()
    {
        while (true)
        {
            if (Scan() is { } element)
            {
                JsonDocument document = JsonDocument.Parse(buffer.AsMemory(element.Start, element.Length), Deep);
                begin = scanned;
                return document;
            }

            if (ended)
            {
                return null;
            }

            Fill();
        }
    }

    /// <summary>Reads tokens as far as there are bytes, to the end of an element.</summary>
    private (int Start, int Length)? Scan()
    {
        Utf8JsonReader reader = new(buffer.AsSpan(scanned, end - scanned), isFinalBlock: false, state);
        int from = scanned;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 1)
                {
                    elementStart = from + (int)reader.TokenStartIndex;
                }
                else if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 1)
                {
                    int start = elementStart;
                    elementStart = -1;
                    return (start, from + (int)reader.BytesConsumed - start);
                }
            }

            return null;
        }
        finally
        {
            scanned = from + (int)reader.BytesConsumed;
            state = reader.CurrentState;
        }
    }

    private void Fill()
    {
        // What lies before the element at hand, or before what was not read yet, is done with.
        begin = elementStart >= 0 ? elementStart : scanned;
        if (begin > 0)
        {
            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
            end -= begin;
            scanned -= begin;
            elementStart = elementStart >= 0 ? 0 : -1;
            begin = 0;
        }

        if (end == buffer.Length)
        {
            if (buffer.Length >= Largest)
            {
                throw new JsonException($"One packet's dissection is longer than {Display.Bytes(Largest)}.");
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int read = stream.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
    }
}
