using InfluxDB.Client.Api.Domain;
using File = System.IO.File;
using Task = System.Threading.Tasks.Task;

namespace NetTraffic.Influx;

/// <summary>
/// Issues the tokens of a 2.x server that may do one thing to one bucket: read it (for Grafana), and write to it (for captures). One that
/// is there and works is kept, so that doing it again issues nothing.
/// </summary>
/// <param name="session">The setting up.</param>
/// <param name="client">The server.</param>
/// <param name="organization">Identifier of the organisation.</param>
/// <param name="bucket">Identifier of the bucket; null: it is only planned.</param>
/// <param name="options">Which tokens, and where they go.</param>
internal sealed class AccessTokens(
    SetupSession session, AdminClient client, string organization, string? bucket, AccessTokenOptions options)
{
    private readonly InfluxTarget target = session.Connection.Target;

    /// <summary>Issues what is missing or no longer works.</summary>
    public async Task IssueAsync()
    {
        await IssueReadTokenAsync().ConfigureAwait(false);
        await IssueWriteTokenAsync().ConfigureAwait(false);
    }

    private async Task IssueReadTokenAsync()
    {
        string path = options.ReadTokenPath;
        string? kept = File.Exists(path) ? SharedFile.ReadText(path).Trim() : null;
        if (!await WorksAsync(kept, HttpMethod.Get, $"api/v2/buckets/{bucket}", 200).ConfigureAwait(false))
        {
            try
            {
                await session.DoAsync(
                    $"Issue a token that may only read bucket '{target.BucketName}', into '{path}'" +
                    (kept is null ? "" : ", in place of the one there, which does not read it"),
                    () => IssueAsync(Permission.ActionEnum.Read, "reads", token => WriteToken(path, token))).ConfigureAwait(false);
            }
            catch (InfluxException error) when (error.Problem == InfluxProblem.Unauthorized)
            {
                // Everything else is set up, and Grafana can be given a token by hand.
                session.Notes.Add(
                    "These credentials may not issue tokens, so there is none for Grafana. Use an administrator's (-AdminToken), " +
                    $"or make one: influx auth create --read-bucket {bucket}.");
                return;
            }
        }

        session.ReadTokenPath = path;
    }

    private async Task IssueWriteTokenAsync()
    {
        bool isAdministrators = options.CurrentToken == target.Token;
        if (isAdministrators && !options.Replace)
        {
            session.Notes.Add(
                "Captures send with the credentials that set up the server. -ReplaceToken gives them a token that may only write to the " +
                "bucket.");
            return;
        }

        // Without a point nothing is written: 400 is the answer of a server that would take one.
        if (isAdministrators
            || !await WorksAsync(options.CurrentToken, HttpMethod.Post, WritePath(), 204, 400).ConfigureAwait(false))
        {
            await session.DoAsync(
                $"Issue a token that may only write to bucket '{target.BucketName}', into '{options.WriteTokenPath}'" +
                (options.CurrentToken is null ? "" : ", in place of the one that is set"),
                () => IssueAsync(Permission.ActionEnum.Write, "writes to", options.SaveWriteToken)).ConfigureAwait(false);
        }

        session.WriteTokenPath = options.WriteTokenPath;
    }

    private string WritePath() => new InfluxServer("InfluxDB", null, InfluxGeneration.V2, UsesV2Write: true).WritePath(target);

    /// <summary>Whether a token may do something; asked with that token and none of the other credentials.</summary>
    private async Task<bool> WorksAsync(string? token, HttpMethod method, string path, params int[] accepted)
    {
        if (string.IsNullOrEmpty(token) || !InfluxConnection.CanBeToken(token) || bucket is null)
        {
            return false;
        }

        Uri address = InfluxProbe.WithoutCredentials(target.Url);
        using InfluxConnection connection = new(target with { Url = address, Token = token, User = null, Password = null }, 1);
        SetupSession asked = new(connection, whatIf: true, session.CancellationToken);
        using ByteArrayContent? nothing = method == HttpMethod.Post ? new ByteArrayContent([]) : null;
        ServerReply reply = await asked.SendAsync(method, path, nothing).ConfigureAwait(false);
        return accepted.Contains(reply.Status) ? true : reply.Status is 401 or 403 or 404 ? false : throw asked.Error(reply);
    }

    private async Task IssueAsync(Permission.ActionEnum action, string verb, Action<string> save)
    {
        string description = $"NetTraffic on {options.Owner}: {verb} {target.BucketName}";
        PermissionResource resource = new(PermissionResource.TypeBuckets, bucket, orgID: organization);
        AuthorizationPostRequest wanted = new(organization, permissions: [new(action, resource)]) { Description = description };
        Authorization issued = await client.CallAsync((api, stop) => api.GetAuthorizationsApi().CreateAuthorizationAsync(wanted, stop))
            .ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(issued.Token))
        {
            throw new InfluxException(
                $"{target} issued a token and does not say it. Make one by hand: influx auth create.", InfluxProblem.Other);
        }

        try
        {
            save(issued.Token);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await WithdrawAsync(issued, error).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Deletes a token on the server that could not be kept here, and that therefore nobody has.</summary>
    private async Task WithdrawAsync(Authorization issued, Exception reason)
    {
        try
        {
            await client.CallAsync(async (api, stop) =>
            {
                await api.GetAuthorizationsApi().DeleteAuthorizationAsync(issued.Id, stop).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (InfluxException error)
        {
            throw new InfluxException(
                $"A token could not be kept ({reason.Message}), nor deleted on the server again ({error.Message}). " +
                $"Delete it there: influx auth delete --id {issued.Id}.",
                InfluxProblem.Other,
                reason);
        }
    }

    private static void WriteToken(string path, string token) =>
        SharedFile.Write(path, ownerOnly: true, System.Text.Encoding.UTF8.GetBytes(token + "\n"));
}
