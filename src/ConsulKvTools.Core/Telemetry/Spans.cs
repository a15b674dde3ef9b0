using System.Diagnostics;
using ConsulKvTools.Http;

namespace ConsulKvTools.Telemetry;

/// <summary>
/// Spans by OpenTelemetry's conventions for databases and HTTP. A key's name is in none of them: spans leave the machine, and the operation's id
/// leads to the line of the write log that has it.
/// </summary>
internal static class Spans
{
    /// <summary>Begins the span of a write or read, without making it the current one; null while nobody listens.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="id">The operation's id; null for none.</param>
    public static Activity? Start(ConsulKvSession session, string operation, Guid? id)
    {
        if (!Instruments.Spans.HasListeners()) return null;
        var before = Activity.Current;
        var span = Instruments.Spans.StartActivity("consulkv " + operation, ActivityKind.Client);
        Activity.Current = before;
        if (span is not { IsAllDataRequested: true }) return span;
        span.SetTag("db.system.name", "consul");
        span.SetTag("db.operation.name", operation);
        if (session.Datacenter is { } datacenter) span.SetTag("db.namespace", datacenter);
        Place(span, session.Target.Endpoint);
        span.SetTag("consulkv.session", session.Name);
        if (id is { } known) span.SetTag("consulkv.operation_id", known.ToString("D"));
        return span;
    }

    /// <summary>Ends the span of a write or read.</summary>
    /// <param name="span">The span; null does nothing.</param>
    /// <param name="outcome">How it ended; null for a fault of this program.</param>
    /// <param name="code">What stood in the way; null when nothing did.</param>
    /// <param name="transaction">The id of the transaction it went in; null when it went alone.</param>
    public static void End(Activity? span, string? outcome, string? code, Guid? transaction)
    {
        if (span is null) return;
        if (outcome is not null) span.SetTag("consulkv.outcome", outcome);
        if (transaction is { } known) span.SetTag("consulkv.transaction_id", known.ToString("D"));
        if (code is not null)
        {
            span.SetTag("error.type", code);
            span.SetStatus(ActivityStatusCode.Error);
        }
        span.Dispose();
    }

    /// <summary>Begins the span of one request, a child of the current one; null while nobody listens.</summary>
    public static Activity? StartRequest(ConsulRequest request, Sessions.ConsulEndpoint endpoint)
    {
        if (!Instruments.Spans.HasListeners()) return null;
        var template = TemplateOf(request.Path);
        var before = Activity.Current;
        var span = Instruments.Spans.StartActivity(request.Method + " " + template, ActivityKind.Client);
        Activity.Current = before;
        if (span is not { IsAllDataRequested: true }) return span;
        span.SetTag("http.request.method", request.Method);
        span.SetTag("url.template", template);
        span.SetTag("url.scheme", endpoint.UseTls ? "https" : "http");
        Place(span, endpoint);
        if (request.Body is { } body) span.SetTag("http.request.body.size", body.Length);
        return span;
    }

    /// <summary>Ends the span of a request.</summary>
    public static void EndRequest(Activity? span, int? status, string? code)
    {
        if (span is null) return;
        if (status is { } known) span.SetTag("http.response.status_code", known);
        if (code is not null || status >= 400)
        {
            span.SetTag("error.type", code ?? status!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }
        span.Dispose();
    }

    /// <summary>What the header <c>traceparent</c> says of a request; null without a trace.</summary>
    public static string? TraceParent(Activity? span) => (span ?? Activity.Current) is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    private static void Place(Activity span, Sessions.ConsulEndpoint endpoint)
    {
        span.SetTag("server.address", endpoint.SocketPath ?? endpoint.Host);
        if (endpoint.SocketPath is null) span.SetTag("server.port", endpoint.Port);
    }

    /// <summary>The path without what is one key's or one session's alone.</summary>
    private static string TemplateOf(string path)
    {
        if (path.StartsWith("/v1/kv/", StringComparison.Ordinal)) return "/v1/kv/{key}";
        // The last part of longer paths is an id or a name: /v1/session/info/<id>.
        return path.Split('/') is { Length: > 4 } parts ? string.Join("/", parts.Take(4)) + "/{id}" : path;
    }
}
