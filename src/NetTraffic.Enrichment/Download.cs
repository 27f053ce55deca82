using System.Globalization;
using System.Net;

namespace NetTraffic.Enrichment;

/// <summary>Files from the web, with an end to their size.</summary>
public static class Download
{
    // The client's time-out ends with the headers.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Fetches a file.</summary>
    /// <param name="client">Asks.</param>
    /// <param name="address">Where it is, http or https.</param>
    /// <param name="most">Bytes at most.</param>
    /// <param name="progress">Takes how many bytes there are so far, and of how many; null: nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TrafficException">It cannot be fetched, or is larger.</exception>
    public static async Task<byte[]> BytesAsync(
        HttpClient client, Uri address, long most, IProgress<(long Done, long? All)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
        {
            throw Failed($"'{address}' is neither an http nor an https address.");
        }

        try
        {
            using HttpResponseMessage answer =
                await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw Failed(string.Create(CultureInfo.InvariantCulture,
                    $"'{address}' answers {(int)answer.StatusCode} ({answer.ReasonPhrase})."));
            }

            long? length = answer.Content.Headers.ContentLength;
            using Stream from = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using MemoryStream to = new();
            byte[] buffer = new byte[1 << 16];
            using CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            pause.CancelAfter(LongestPause);
            while (await from.ReadAsync(buffer, pause.Token).ConfigureAwait(false) is > 0 and int read)
            {
                pause.CancelAfter(LongestPause);
                to.Write(buffer, 0, read);
                if (to.Length > most)
                {
                    throw Failed(string.Create(CultureInfo.InvariantCulture, $"'{address}' has more than {most >> 20} MB."));
                }

                progress?.Report((to.Length, length));
            }

            return to.ToArray();
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Failed($"'{address}' cannot be fetched: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"'{address}' does not answer in time.", error);
        }
    }

    private static TrafficException Failed(string message, Exception? inner = null) =>
        new(TrafficErrors.DownloadFailed, message, null, inner);
}
