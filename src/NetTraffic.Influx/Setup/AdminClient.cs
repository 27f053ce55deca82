using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using InfluxDB.Client;
using InfluxDB.Client.Api.Client;
using InfluxDB.Client.Core.Exceptions;
using LibraryException = InfluxDB.Client.Core.Exceptions.InfluxException;

namespace NetTraffic.Influx;

/// <summary>
/// InfluxDB.Client, to administer a 2.x server: organisations, buckets, mappings, authorizations. Its requests go over our own connection,
/// which has the credentials, TLS, proxy, time-outs and redaction. What the server refuses becomes our error before the library reads it:
/// its own errors fail on a Retry-After that is a date, and quote what the server sends.
/// </summary>
internal sealed class AdminClient : IDisposable
{
    private readonly SetupSession session;
    private readonly SessionHandler handler;
    private readonly HttpClient http;
    private readonly InfluxDBClient client;

    public AdminClient(SetupSession session)
    {
        this.session = session;
        handler = new SessionHandler(session);
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client = new InfluxDBClient(new InfluxDBClientOptions(session.Connection.Base.AbsoluteUri)
        {
            HttpClient = http,
            Timeout = Timeout.InfiniteTimeSpan,
        });
    }

    /// <summary>Calls the library. This is where its exceptions become ours.</summary>
    /// <exception cref="InfluxException">The server cannot be reached, refuses, or answers something else than its documentation
    /// says.</exception>
    /// <exception cref="OperationCanceledException">The setting up was given up.</exception>
    public async Task<T> CallAsync<T>(Func<InfluxDBClient, CancellationToken, Task<T>> call)
    {
        try
        {
            return await call(client, session.CancellationToken).ConfigureAwait(false);
        }
        catch (HttpException error) when (error.InnerException is InfluxException ours)
        {
            ExceptionDispatchInfo.Throw(ours);
            throw;
        }
        catch (HttpException error) when (session.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The setting up was given up.", error, session.CancellationToken);
        }
        catch (Exception error) when (error is LibraryException or ApiException)
        {
            // Without its words, which quote the answer: that can hold a token.
            throw new InfluxException(
                $"{session.Connection.Target} answers {handler.Latest} otherwise than InfluxDB 2.x does. Correct -InfluxUrl or " +
                "-InfluxGeneration.",
                InfluxProblem.NotInflux);
        }
    }

    /// <summary>As <see cref="CallAsync"/>; null where the server says that there is no such thing (404).</summary>
    public async Task<T?> FindAsync<T>(Func<InfluxDBClient, CancellationToken, Task<T>> call)
        where T : class
    {
        try
        {
            return await CallAsync(call).ConfigureAwait(false);
        }
        catch (InfluxException error) when (error.Problem == InfluxProblem.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

    /// <summary>Sends what the library asks for, and hands it JSON objects of success only.</summary>
    private sealed class SessionHandler(SetupSession session) : HttpMessageHandler
    {
        /// <summary>The request sent last, for people.</summary>
        public string Latest { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Uri address = request.RequestUri!;
            Latest = $"{request.Method} {address.AbsolutePath}";
            ServerReply reply = await session.SendAsync(request.Method, address.AbsoluteUri, request.Content).ConfigureAwait(false);
            if (reply.Status is < 200 or >= 300)
            {
                throw session.Error(reply);
            }

            if (reply.Status != (int)HttpStatusCode.NoContent && !IsJsonObject(reply.Body))
            {
                throw ReplyJudge.NotInflux(reply, session.Connection.Target);
            }

            return new HttpResponseMessage((HttpStatusCode)reply.Status)
            {
                RequestMessage = request,
                Content = new StringContent(reply.Body, Encoding.UTF8, "application/json"),
            };
        }

        private static bool IsJsonObject(string text)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                return document.RootElement.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                return false; // some other page, which is no InfluxDB's
            }
        }
    }
}
