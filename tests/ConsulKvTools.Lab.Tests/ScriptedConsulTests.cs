using System.Net;
using System.Text.Json.Nodes;

namespace ConsulKvTools.Lab;

public sealed class ScriptedConsulTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_tokens_and_denials_in_the_words_of_a_newer_version()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = consul.Address };
        var token = consul.AddToken(("app/", "write"));

        Assert.Equal("\"127.0.0.1:8300\"", await client.GetStringAsync("/v1/status/leader", Stop));
        Assert.Equal((HttpStatusCode.OK, "true"), await Send(HttpMethod.Put, "/v1/kv/app/x", "1", token.SecretId));
        Assert.Equal("1", consul.GetKey("app/x"));
        Assert.Equal(
            (HttpStatusCode.Forbidden, $"Permission denied: token with AccessorID '{token.AccessorId}' lacks permission 'key:write' on \"b\""),
            await Send(HttpMethod.Put, "/v1/kv/b", "1", token.SecretId));
        Assert.StartsWith("Permission denied: anonymous token", (await Send(HttpMethod.Put, "/v1/kv/b", "1", null)).Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.NotFound, ConsulTexts.TokenDoesNotExist), await Send(HttpMethod.Get, "/v1/acl/token/self", null, "unknown"));

        var read = (await Send(HttpMethod.Get, "/v1/kv/app/x", null, token.SecretId)).Body;
        var index = (ulong)JsonNode.Parse(read)![0]!["ModifyIndex"]!;
        Assert.Equal((HttpStatusCode.OK, "false"), await Send(HttpMethod.Put, $"/v1/kv/app/x?cas={index + 1}", "2", token.SecretId));
        Assert.Equal((HttpStatusCode.OK, "true"), await Send(HttpMethod.Put, $"/v1/kv/app/x?cas={index}", "2", token.SecretId));
        Assert.Equal(HttpStatusCode.Conflict, (await Send(HttpMethod.Put, "/v1/txn", """[{"KV":{"Verb":"cas","Key":"app/x","Value":"MQ==","Index":1}}]""", token.SecretId)).Status);

        consul.On("PUT", "/v1/kv/", consul.Reply(ConsulTexts.LeadershipLost, 500));
        Assert.Equal((HttpStatusCode.InternalServerError, ConsulTexts.LeadershipLost), await Send(HttpMethod.Put, "/v1/kv/app/x", "3", token.SecretId));
        Assert.Equal("2", consul.GetKey("app/x"));

        async Task<(HttpStatusCode Status, string Body)> Send(HttpMethod method, string path, string? body, string? secret)
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null) request.Content = new StringContent(body);
            if (secret is not null) request.Headers.Add("X-Consul-Token", secret);
            using var response = await client.SendAsync(request, Stop);
            Assert.Equal("deny", Assert.Single(response.Headers.GetValues("X-Consul-Default-ACL-Policy")));
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
        }
    }
}
