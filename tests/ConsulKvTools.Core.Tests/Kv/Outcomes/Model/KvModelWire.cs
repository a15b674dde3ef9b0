using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Web;

namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>What a request of the product's asks of the model, and the answer in Consul's form.</summary>
internal sealed record KvModelWire(string Verb, string Key, bool IsTransaction, IReadOnlyList<KvModelOperation> Operations)
{
    /// <summary>True when it goes through raft as a write.</summary>
    public bool IsWrite => Operations.Count > 0 && Operations.Any(operation => !operation.IsRead);

    public static KvModelWire Parse(HttpRequestMessage request, byte[] body)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/v1/txn") return new KvModelWire("txn", "", true, Transaction(body));
        if (!path.StartsWith("/v1/kv/", StringComparison.Ordinal)) return new KvModelWire(path, "", false, []);
        var key = Uri.UnescapeDataString(path["/v1/kv/".Length..]);
        var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
        bool Has(string name) => query[name] is not null || (query[null]?.Split(',').Contains(name) ?? false);
        ulong Number(string name) => ulong.Parse(query[name]!, CultureInfo.InvariantCulture);
        if (request.Method == HttpMethod.Get) return new KvModelWire(Has("keys") ? "keys" : Has("recurse") ? "recurse" : "read", key, false, []);
        var verb = request.Method == HttpMethod.Delete
            ? Has("recurse") ? "delete-tree" : Has("cas") ? "delete-cas" : "delete"
            : Has("cas") ? "cas" : Has("acquire") ? "lock" : Has("release") ? "unlock" : "set";
        return new KvModelWire(verb, key, false, [new KvModelOperation(verb, key, Encoding.UTF8.GetString(body), Has("flags") ? Number("flags") : 0, Has("cas") ? Number("cas") : 0, query["acquire"] ?? query["release"])]);
    }

    /// <summary>The answer to something that went through raft.</summary>
    public HttpResponseMessage Answer(KvModelAnswer answer)
    {
        if (!IsTransaction)
            return answer.Errors is [var (_, what)] && what.StartsWith("invalid session", StringComparison.Ordinal)
                ? Text(HttpStatusCode.InternalServerError, what)
                : Text(HttpStatusCode.OK, answer.Done ? "true" : "false");
        var results = answer.Results.Select(entry => new { KV = Row(entry, Operations.Any(operation => operation.Verb == "get" && operation.Key == entry.Key)) });
        return Json(answer.Done ? HttpStatusCode.OK : HttpStatusCode.Conflict, new
        {
            Results = answer.Done ? results : null,
            Errors = answer.Done ? null : answer.Errors.Select(error => new { OpIndex = error.Operation, error.What }),
        });
    }

    /// <summary>The answer to a question.</summary>
    public HttpResponseMessage Read(KvModel model)
    {
        var below = model.Entries.Values.Where(entry => entry.Key.StartsWith(Key, StringComparison.Ordinal)).ToArray();
        switch (Verb)
        {
            case "txn":
                return Answer(model.Apply(Operations).Answer);
            case "read" when model[Key] is { } entry:
                return Indexed(Json(HttpStatusCode.OK, new[] { Row(entry, withValue: true) }), entry.ModifyIndex);
            case "recurse" when below.Length > 0:
                return Indexed(Json(HttpStatusCode.OK, below.Select(entry => Row(entry, withValue: true))), below.Max(entry => entry.ModifyIndex));
            case "keys" when below.Length > 0:
                return Indexed(Json(HttpStatusCode.OK, below.Select(entry => entry.Key)), below.Max(entry => entry.ModifyIndex));
            case "read" or "recurse" or "keys":
                return Indexed(Text(HttpStatusCode.NotFound, ""), model.TableIndex);
            case { } path when path.StartsWith("/v1/session/info/", StringComparison.Ordinal):
                return Indexed(Text(HttpStatusCode.OK, model.LockSessions.Contains(path["/v1/session/info/".Length..]) ? "[{}]" : "[]"), model.TableIndex);
            default:
                return Text(HttpStatusCode.Unauthorized, "ACL support disabled");
        }
    }

    public static HttpResponseMessage Text(HttpStatusCode status, string text) => new(status) { Content = new StringContent(text) };

    private static HttpResponseMessage Json(HttpStatusCode status, object body) => new(status) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) };

    private static HttpResponseMessage Indexed(HttpResponseMessage response, ulong index)
    {
        response.Headers.Add("X-Consul-Index", index.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    private static Dictionary<string, object?> Row(KvModelEntry entry, bool withValue)
    {
        var row = new Dictionary<string, object?>
        {
            ["LockIndex"] = entry.LockIndex, ["Key"] = entry.Key, ["Flags"] = entry.Flags,
            ["Value"] = withValue && entry.Value.Length > 0 ? Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.Value)) : null,
        };
        if (entry.LockSession is { } session) row["Session"] = session;
        row["CreateIndex"] = entry.CreateIndex;
        row["ModifyIndex"] = entry.ModifyIndex;
        return row;
    }

    private static KvModelOperation[] Transaction(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.EnumerateArray().Select(row =>
        {
            var kv = row.GetProperty("KV");
            return new KvModelOperation(
                kv.GetProperty("Verb").GetString()!, kv.GetProperty("Key").GetString()!,
                kv.TryGetProperty("Value", out var value) ? Encoding.UTF8.GetString(value.GetBytesFromBase64()) : "",
                kv.TryGetProperty("Flags", out var flags) ? flags.GetUInt64() : 0,
                kv.TryGetProperty("Index", out var index) ? index.GetUInt64() : 0,
                kv.TryGetProperty("Session", out var session) ? session.GetString() : null);
        }).ToArray();
    }
}
