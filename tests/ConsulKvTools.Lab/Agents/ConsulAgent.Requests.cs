using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace ConsulKvTools.Lab;

/// <content>What a test needs from the agent's API to set its scene.</content>
public sealed partial class ConsulAgent
{
    /// <summary>Sends any request to the agent with the management token.</summary>
    /// <param name="method"><c>GET</c>, <c>PUT</c>, …</param>
    /// <param name="path">Path and query: <c>/v1/kv/a?raw</c>.</param>
    /// <param name="body">The body; null sends none.</param>
    /// <param name="token">Another token; an empty string sends none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<LabResponse> SendAsync(string method, string path, string? body = null, string? token = null, CancellationToken cancellationToken = default) =>
        _client.SendAsync(new(method), path, body is null ? null : Encoding.UTF8.GetBytes(body), token ?? ManagementToken, cancellationToken);

    /// <summary>As <see cref="SendAsync"/>.</summary>
    public LabResponse Send(string method, string path, string? body = null, string? token = null) =>
        Blocking.Wait(() => SendAsync(method, path, body, token));

    /// <summary>Makes an ACL policy.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="rules">Its rules in HCL: <c>key_prefix "app/" { policy = "write" }</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The policy's id.</returns>
    public async Task<string> CreatePolicyAsync(string name, string rules, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["Name"] = name, ["Rules"] = rules };
        return Member(await PutJsonAsync("/v1/acl/policy", body, cancellationToken).ConfigureAwait(false), "ID");
    }

    /// <summary>As <see cref="CreatePolicyAsync"/>.</summary>
    public string CreatePolicy(string name, string rules) => Blocking.Wait(() => CreatePolicyAsync(name, rules));

    /// <summary>Makes a token that may do what the rules say, through a policy of its own.</summary>
    /// <param name="rules">Rules in HCL; null or empty makes a token without policies.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LabToken> CreateTokenAsync(string? rules = null, CancellationToken cancellationToken = default)
    {
        var policies = new JsonArray();
        if (!string.IsNullOrEmpty(rules))
        {
            var id = await CreatePolicyAsync($"lab-{Guid.NewGuid():N}", rules, cancellationToken).ConfigureAwait(false);
            policies.Add((JsonNode)new JsonObject { ["ID"] = id });
        }
        return await CreateTokenFromJsonAsync(new JsonObject { ["Policies"] = policies }.ToJsonString(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="CreateTokenAsync"/>.</summary>
    public LabToken CreateToken(string? rules = null) => Blocking.Wait(() => CreateTokenAsync(rules));

    /// <summary>Makes a token from the API's own JSON, for what rules alone cannot say: expiry, Local, Roles, ServiceIdentities.</summary>
    public async Task<LabToken> CreateTokenFromJsonAsync(string json, CancellationToken cancellationToken = default)
    {
        var token = await PutJsonAsync("/v1/acl/token", JsonNode.Parse(json)!, cancellationToken).ConfigureAwait(false);
        return new(Member(token, "SecretID"), Member(token, "AccessorID"));
    }

    /// <summary>As <see cref="CreateTokenFromJsonAsync"/>.</summary>
    public LabToken CreateTokenFromJson(string json) => Blocking.Wait(() => CreateTokenFromJsonAsync(json));

    /// <summary>Writes a key with the management token.</summary>
    /// <param name="key">The key, escaped for a URL where that is needed.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The agent did not answer <c>true</c>.</exception>
    public async Task PutKeyAsync(string key, string value, CancellationToken cancellationToken = default)
    {
        var response = await SendAsync("PUT", $"/v1/kv/{key}", value, null, cancellationToken).ConfigureAwait(false);
        if (response.EnsureSuccess($"PUT {key}").Body.Trim() != "true") throw new InvalidOperationException($"PUT {key}: {response.Body}");
    }

    /// <summary>As <see cref="PutKeyAsync"/>.</summary>
    public void PutKey(string key, string value) => Blocking.Wait(() => PutKeyAsync(key, value));

    /// <summary>Reads a key consistently with the management token; null when it does not exist.</summary>
    public async Task<string?> GetKeyAsync(string key, CancellationToken cancellationToken = default)
    {
        var response = await SendAsync("GET", $"/v1/kv/{key}?raw&consistent", null, null, cancellationToken).ConfigureAwait(false);
        return (int)response.Status == 404 ? null : response.EnsureSuccess($"GET {key}").Body;
    }

    /// <summary>As <see cref="GetKeyAsync"/>.</summary>
    public string? GetKey(string key) => Blocking.Wait(() => GetKeyAsync(key));

    /// <summary>Makes a lock session on this node.</summary>
    /// <param name="ttl">Its time to live in Go's form, 10s at least; null never expires.</param>
    /// <param name="lockDelay">How long a lost lock stays closed, in Go's form. Consul's own default is 15s, the lab's is none.</param>
    /// <param name="deletes">True deletes the session's keys when it ends instead of releasing them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The session's id.</returns>
    public async Task<string> CreateLockSessionAsync(
        string? ttl = null, string lockDelay = "0s", bool deletes = false, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["LockDelay"] = lockDelay, ["Behavior"] = deletes ? "delete" : "release" };
        if (ttl is not null) body["TTL"] = ttl;
        var id = "";
        // A node can hold sessions only once it has registered itself, a moment after the leader is there.
        await Until(async ct =>
        {
            var response = await SendAsync("PUT", "/v1/session/create", body.ToJsonString(), null, ct).ConfigureAwait(false);
            if (response.Body.Contains("Missing node registration", StringComparison.Ordinal)
                || response.Body.Contains("Missing check", StringComparison.Ordinal)) return false;
            id = Member(JsonNode.Parse(response.EnsureSuccess("PUT /v1/session/create").Body)!, "ID");
            return true;
        }, "node registration", null, cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>As <see cref="CreateLockSessionAsync"/>.</summary>
    public string CreateLockSession(string? ttl = null, string lockDelay = "0s", bool deletes = false) =>
        Blocking.Wait(() => CreateLockSessionAsync(ttl, lockDelay, deletes));

    /// <summary>Runs the consul command line against this agent, as a user with the Go client would.</summary>
    /// <param name="arguments">For example <c>kv</c>, <c>put</c>, <c>a</c>, <c>b</c>.</param>
    /// <param name="environment">Variables besides CONSUL_HTTP_ADDR and the management token; a null value removes one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code, and output and errors as printed.</returns>
    public async Task<(int ExitCode, string Output, string Error)> RunCliAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(_binary.Path) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["CONSUL_HTTP_ADDR"] = AddressText;
        start.Environment["CONSUL_HTTP_TOKEN"] = ManagementToken;
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    private async Task<JsonNode> PutJsonAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        JsonNode.Parse((await SendAsync("PUT", path, body.ToJsonString(), null, cancellationToken).ConfigureAwait(false)).EnsureSuccess($"PUT {path}").Body)!;

    private static string Member(JsonNode json, string name) => (string?)json[name] ?? throw new InvalidOperationException($"No {name} in {json}");
}
