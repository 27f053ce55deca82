using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using NetTraffic.Enrichment.Limits;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace NetTraffic.Enrichment.Online;

/// <summary>
/// The one way to services on the network: inside their limits, bounded in time and size, to no other host than the one that was named,
/// again where that may help, and not at all for a while after failures. Nothing it says has a key in it.
/// </summary>
internal sealed class OnlineClient
{
    // The key goes with each request by itself, so all services share the connections.
    private static readonly HttpClient Proxied = NewClient(useProxy: true), Direct = NewClient(useProxy: false);

    // After a 429 that does not say for how long: the first time, and again. And the least, whatever it says.
    private static readonly TimeSpan
        ShortPark = TimeSpan.FromMinutes(1), LongPark = TimeSpan.FromHours(1), LeastPark = TimeSpan.FromSeconds(5);

    private readonly OnlineService service;
    private readonly OnlineOptions options;
    private readonly TimeProvider time;
    private readonly Func<OnlineReply, LimitGate, CancellationToken, Task> heed;
    private readonly ResiliencePipeline pipeline;
    private volatile string lastProblem = "";

    /// <summary>Makes one; nothing is sent yet.</summary>
    /// <param name="service">Whom it asks.</param>
    /// <param name="gate">How often it may.</param>
    /// <param name="options">How patiently.</param>
    /// <param name="time">The clock.</param>
    /// <param name="heed">Takes what an answer's headers say of limits.</param>
    public OnlineClient(
        OnlineService service,
        LimitGate gate,
        OnlineOptions options,
        TimeProvider time,
        Func<OnlineReply, LimitGate, CancellationToken, Task> heed)
    {
        (this.service, Gate, this.options, this.time, this.heed) = (service, gate, options, time, heed);
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is RequestProblem { MayRetry: true }),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = options.Failures,
                SamplingDuration = TimeSpan.FromMinutes(5),
                BreakDuration = TimeSpan.FromMinutes(1),
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is RequestProblem),
            })
            .Build();
    }

    /// <summary>How often it may be asked.</summary>
    public LimitGate Gate { get; }

    /// <summary>
    /// Sends a request, and again where it failed at the server or on the way, and gives what is read from the answer.
    /// </summary>
    /// <param name="request">Makes the request; called for each attempt.</param>
    /// <param name="read">Reads an answer of success; a <see cref="JsonException"/> says that it is damaged.</param>
    /// <param name="refused">
    /// Reads an answer that refuses what was asked for (400, 404, 422): its status, and what it says. Default: that is an error.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RequestProblem">There is no usable answer to this request.</exception>
    /// <exception cref="ProviderException">The service cannot be asked, now or at all.</exception>
    public async Task<T> AskAsync<T>(
        Func<HttpRequestMessage> request, Func<OnlineReply, T> read, Func<int, string, T>? refused, CancellationToken cancellationToken)
    {
        if (service.Obstacle is { } obstacle)
        {
            throw new ProviderException(obstacle);
        }

        for (bool again = false; ; again = true)
        {
            try
            {
                return await pipeline.ExecuteAsync(
                    async token => await AttemptAsync(request, read, refused, again, token).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
            }
            catch (LimitedException error) when (!again && error.Wait <= LimitGate.LongestWait)
            {
                // The gate waits for as long as it was told.
            }
            catch (LimitedException error)
            {
                throw error.Parked;
            }
            catch (BrokenCircuitException error)
            {
                DateTime until = time.GetUtcNow().UtcDateTime + (error.RetryAfter ?? ShortPark);
                throw new ProviderException(
                    string.Create(CultureInfo.InvariantCulture, $"it is left alone until {until:HH:mm:ss} UTC after several failures, ")
                    + $"the last: {lastProblem}", until);
            }
        }
    }

    /// <summary>An answer's body as JSON.</summary>
    public JsonDocument Json(OnlineReply reply) =>
        reply.IsJson && !reply.IsHtml ? JsonDocument.Parse(reply.Body) : throw Unexpected(reply, "JSON");

    /// <summary>The error of an answer that is of another kind.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="expected">What it should be.</param>
    public RequestProblem Unexpected(OnlineReply reply, string expected)
    {
        string found = reply.IsHtml ? "an HTML page" : reply.MediaType.Length == 0 ? "something" : service.Quote(reply.MediaType);
        return new($"what answers at {service.Host} sent {found} where {expected} was expected");
    }

    /// <summary>The error of a service that does not take what is asked of it.</summary>
    public ProviderException Refused(int status, string said) => new(
        $"{service.Host} does not take the question ({status}{(said.Length == 0 ? "" : $", {said}")}); is -{service.UrlSetting} right?");

    private async Task<T> AttemptAsync<T>(
        Func<HttpRequestMessage> request, Func<OnlineReply, T> read, Func<int, string, T>? refused, bool again, CancellationToken token)
    {
        await Gate.TakeAsync(token).ConfigureAwait(false);
        try
        {
            OnlineReply reply = await SendAsync(request, token).ConfigureAwait(false);
            await heed(reply, Gate, token).ConfigureAwait(false);
            if (reply.Status is >= 200 and < 300)
            {
                return read(reply);
            }

            await LimitAsync(reply, again, token).ConfigureAwait(false);
            string said = service.Quote(reply.ErrorText());
            string what = said.Length == 0 ? $"{reply.Status}" : $"{reply.Status}, {said}";
            throw reply.Status switch
            {
                >= 300 and < 400 => new ProviderException(
                    $"{service.Host} sends elsewhere ({Place(reply)}), where neither keys nor addresses are sent; "
                    + $"correct -{service.UrlSetting}"),
                401 or 403 => new ProviderException(service.Key is null
                    ? $"{service.Host} refuses to answer ({what})"
                    : $"{service.Host} refuses the key ({what}); set another one with -{service.KeySetting}"),
                402 => new ProviderException($"{service.Host} wants another plan for this ({what})"),
                400 or 404 or 422 when refused is not null && !reply.IsHtml => new RefusedException(reply.Status, said),
                >= 500 => new RequestProblem($"{service.Host} failed ({what})", mayRetry: reply.Status is 500 or 502 or 503 or 504),
                >= 400 => Refused(reply.Status, said),
                _ => new RequestProblem($"{service.Host} answered {what}"),
            };
        }
        catch (JsonException)
        {
            throw Noted(new RequestProblem($"the answer of {service.Host} is damaged JSON, or was cut short"));
        }
        catch (RequestProblem problem)
        {
            throw Noted(problem);
        }
        catch (RefusedException error)
        {
            return refused!(error.Status, error.Said);
        }
    }

    private RequestProblem Noted(RequestProblem problem)
    {
        lastProblem = problem.Message;
        return problem;
    }

    /// <summary>429 and, where it says for how long, 503: everybody leaves the service alone for that time.</summary>
    private async Task LimitAsync(OnlineReply reply, bool again, CancellationToken token)
    {
        TimeSpan? asked = reply.RetryAfter(time.GetUtcNow());
        if (reply.Status == 429 || (reply.Status == 503 && asked is not null))
        {
            TimeSpan wait = asked ?? (again ? LongPark : ShortPark);
            wait = wait < LeastPark ? LeastPark : wait;
            string why = reply.Status == 429 ? "it says that this was too much (429)" : "it says that it is not available (503)";
            ProviderException parked = await Gate.ParkAsync(wait, $"{why}, and is left alone", token).ConfigureAwait(false);
            throw new LimitedException(wait, parked);
        }
    }

    private async Task<OnlineReply> SendAsync(Func<HttpRequestMessage> request, CancellationToken token)
    {
        using HttpRequestMessage message = request();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(options.Timeout);
        try
        {
            using HttpResponseMessage response = await (service.Url.IsLoopback ? Direct : Proxied).SendAsync(
                message, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            byte[] body = await ReadAsync(response.Content, limit.Token).ConfigureAwait(false);
            return new OnlineReply(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? "",
                response.Headers,
                body);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new RequestProblem(string.Create(
                CultureInfo.InvariantCulture, $"{service.Host} gave no whole answer within {options.Timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException && !token.IsCancellationRequested)
        {
            string reason = service.Quote(error.GetBaseException().Message);
            if (error is HttpRequestException { InnerException: AuthenticationException })
            {
                throw new ProviderException($"there is no trusted TLS connection to {service.Host}: {reason}");
            }

            bool isConnection = (error as HttpRequestException)?.HttpRequestError is not (
                HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.ProxyTunnelError);
            throw new RequestProblem($"{service.Host} cannot be reached: {reason}", mayRetry: isConnection);
        }
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken token)
    {
        using MemoryStream body = new();
        Stream stream = await content.ReadAsStreamAsync(token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = new byte[16 << 10];
            for (int read; (read = await stream.ReadAsync(buffer, token).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + read > options.LargestAnswer)
                {
                    throw new RequestProblem($"the answer of {service.Host} is larger than {Display.Bytes(options.LargestAnswer)}");
                }

                body.Write(buffer, 0, read);
            }
        }

        return body.ToArray();
    }

    // Without its query, which may have a key in it.
    private string Place(OnlineReply reply) => reply.Headers.Location?.OriginalString.Split('?', '#')[0] is { Length: > 0 } place
        ? service.Quote(place) : $"{reply.Status} without a place";

    private static HttpClient NewClient(bool useProxy)
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = useProxy,
            AutomaticDecompression = DecompressionMethods.All,
            MaxResponseHeadersLength = 32,
            MaxConnectionsPerServer = 4,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // a service that moved is found again
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        HttpClient client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("NetTraffic", "1"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }

    private sealed class LimitedException(TimeSpan wait, ProviderException parked) : Exception
    {
        public TimeSpan Wait => wait;

        public ProviderException Parked => parked;
    }

    private sealed class RefusedException(int status, string said) : Exception
    {
        public int Status => status;

        public string Said => said;
    }
}
