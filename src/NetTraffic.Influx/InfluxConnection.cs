using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace NetTraffic.Influx;

/// <summary>
/// HTTP to one server: keeps connections open, follows no redirection, keeps no cookies, checks certificates, and lets no token or password
/// into any text it gives back.
/// </summary>
internal sealed class InfluxConnection : IDisposable
{
    private const int BodyLimit = 64 << 10;

    private readonly HttpClient client;
    private readonly string? token;
    private readonly string? basic;
    private readonly string[] secrets;
    private string? certificateProblem;
    private volatile bool answered;

    public InfluxConnection(InfluxTarget target, int connections)
    {
        Target = target;
        if (target.Url.Scheme != Uri.UriSchemeHttp && target.Url.Scheme != Uri.UriSchemeHttps)
        {
            throw new InfluxException(
                $"The InfluxDB address is not http:// or https://: {target}. Give it like https://influx.example.net:8086.",
                InfluxProblem.NotInflux);
        }

        string path = target.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        Base = new Uri(path.EndsWith('/') ? path : path + "/");

        // Credentials in the address itself count where none are given otherwise.
        string[] userInfo = Uri.UnescapeDataString(target.Url.UserInfo).Split(':', 2);
        string? user = target.User ?? (target.Token is null && userInfo[0].Length > 0 ? userInfo[0] : null);
        string? password = target.User is null && user is not null ? userInfo.ElementAtOrDefault(1) : target.Password;
        string? bare = target.Token?.Trim();
        token = string.IsNullOrEmpty(bare) ? null : bare;
        if (token is not null && !CanBeToken(token))
        {
            throw new InfluxException(
                "The InfluxDB token has characters that no token has, such as spaces or line breaks. Set it again, from the server's own " +
                "page.",
                InfluxProblem.Unauthorized);
        }

        basic = user is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        string?[] hidden = [token, basic, password, target.Password];
        secrets = [.. hidden.OfType<string>().Where(secret => secret.Length >= 3).Distinct(StringComparer.Ordinal)];
        client = new HttpClient(NewHandler(connections)) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("NetTraffic", "1"));
    }

    /// <summary>Whom it speaks to.</summary>
    public InfluxTarget Target { get; }

    /// <summary>The address requests are relative to; ends with '/', and holds no credentials.</summary>
    public Uri Base { get; }

    /// <summary>A token is set.</summary>
    public bool HasToken => token is not null;

    /// <summary>A user is set.</summary>
    public bool HasUser => basic is not null;

    /// <summary>
    /// Sends one request. Failures to get an answer are told by the reply; only a TLS failure (<see cref="InfluxException"/>) and
    /// cancellation are thrown.
    /// </summary>
    /// <param name="method">Method.</param>
    /// <param name="path">Path and query, relative to <see cref="Base"/>.</param>
    /// <param name="content">Body, or null.</param>
    /// <param name="preferToken">Which credentials go first where both are set.</param>
    /// <param name="timeout">For the request and the whole answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="expectContinue">Ask before the body is sent: hears a refusal that would be lost when the server closes the connection
    /// in mid-body.</param>
    public async Task<ServerReply> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        bool preferToken,
        TimeSpan timeout,
        CancellationToken cancellationToken,
        bool expectContinue = false)
    {
        using HttpRequestMessage request = new(method, new Uri(Base, path)) { Content = content };
        request.Headers.ExpectContinue = expectContinue ? true : null;
        if (token is not null && (preferToken || basic is null))
        {
            request.Headers.TryAddWithoutValidation(
                "Authorization", (path.StartsWith("api/v3/", StringComparison.Ordinal) ? "Bearer " : "Token ") + token);
        }
        else if (basic is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Basic " + basic);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            string body = await ReadBodyAsync(response, limit.Token).ConfigureAwait(false);
            answered = true;
            return new ServerReply
            {
                Status = (int)response.StatusCode,
                Body = body,
                RetryAfter = RetryAfter(response.Headers.RetryAfter),
                Version = Redacted(Header(response, "X-Influxdb-Version")),
                Build = Redacted(Header(response, "X-Influxdb-Build")),
                ServerHostname = Redacted(Header(response, "X-Server-Hostname")),
                Location = Redacted(response.Headers.Location?.ToString()),
                Redact = Redact,
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ServerReply { Failure = $"no answer within {timeout.TotalSeconds:0.#} s", TimedOut = true };
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            if (WithInner(e).OfType<AuthenticationException>().LastOrDefault() is { } tls)
            {
                throw CertificateError(tls);
            }

            string reason = Display.Short(Redact(WithInner(e).Last().Message.TrimEnd('.')), ServerReply.Quoted);
            return new ServerReply { Failure = reason + SchemeHint(e) };
        }
    }

    /// <summary>Whether a text has only characters that tokens have.</summary>
    public static bool CanBeToken(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>The text without token and password.</summary>
    public string Redact(string text)
    {
        foreach (string secret in secrets)
        {
            text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase)
                .Replace(Uri.EscapeDataString(secret), "***", StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }

    /// <summary>What a server says in a header: without secrets, safe for a terminal, and not long.</summary>
    private string? Redacted(string? text) => text is null ? null : Display.Short(Redact(text), ServerReply.Quoted);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return "";
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BodyLimit);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                int length = await stream.ReadAtLeastAsync(
                    buffer.AsMemory(0, BodyLimit), BodyLimit, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>
    /// A hint where the address may have the wrong scheme: a port that speaks TLS hangs up on plain HTTP or answers with a TLS alert, and a
    /// plain one hangs up on TLS. Not once there was an answer.
    /// </summary>
    private string SchemeHint(Exception error)
    {
        bool hungUp = (error as HttpRequestException)?.HttpRequestError
                is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse or HttpRequestError.SecureConnectionError
            || WithInner(error).OfType<SocketException>().Any(
                inner => inner.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted);
        return answered || !hungUp ? ""
            : Target.Url.Scheme == Uri.UriSchemeHttp ? "; where the server speaks TLS, set -InfluxUrl to https://"
            : "; where the server speaks plain HTTP, set -InfluxUrl to http://";
    }

    private static IEnumerable<Exception> WithInner(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            yield return error;
        }
    }

    private SocketsHttpHandler NewHandler(int connections) => new()
    {
        AllowAutoRedirect = false, // the credentials are for this server
        UseCookies = false,
        UseProxy = !Target.Url.IsLoopback,
        MaxConnectionsPerServer = connections,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10), // a server that moved is found again
        ConnectTimeout = TimeSpan.FromSeconds(15),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = CheckCertificate },
    };

    /// <summary>The platform's verdict stands; only its reason is kept for the message.</summary>
    private bool CheckCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None)
        {
            certificateProblem = (errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0 ? $"it is not for {Base.Host}"
                : chain is { ChainStatus.Length: > 0 } ? string.Join(
                    "; ", chain.ChainStatus.Select(s => s.StatusInformation.TrimEnd('.', ' ', '\n')).Distinct(StringComparer.Ordinal))
                : "the server sent none";
        }

        return errors == SslPolicyErrors.None;
    }

    private InfluxException CertificateError(AuthenticationException error)
    {
        if (certificateProblem is null)
        {
            return new InfluxException(
                $"No TLS connection to {Base.GetLeftPart(UriPartial.Authority)}: {WithInner(error).Last().Message.TrimEnd('.')}. " +
                "Where the server speaks plain HTTP, set -InfluxUrl to http://.", InfluxProblem.Unreachable, error);
        }

        string message = $"The certificate of {Base.GetLeftPart(UriPartial.Authority)} is not trusted: {certificateProblem}. " +
            "Add the certificate of who issued it to this machine's trusted roots, or correct the address.";
        return new InfluxException(message, InfluxProblem.Certificate, error);
    }
}
