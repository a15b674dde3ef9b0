using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether a Consul HTTP API answers: <c>GET /v1/status/leader</c>, which needs no token and gets none.</summary>
internal sealed class HttpProbe : IProbe
{
    /// <summary>The probe's name, by which its result is found.</summary>
    public const string ProbeName = "Http";

    public string Name => ProbeName;

    public ConsulLayer Layer => ConsulLayer.Http;

    public ConsulLayer? Needs => ConsulLayer.Tls;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, SendScope = false, MaxBody = 64 * 1024 };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, null, _ => true, cancellation).ConfigureAwait(false);
        if (response is null) return ProbeResults.From($"no answer: {failure!.Finding.Title}", [failure.Finding]);
        var latency = response.Timings.FirstByte;
        if (response.Status == 200 && TryReadLeader(response.Body, out var leader))
        {
            context.Facts.Publish(new HttpFacts(leader, null, latency));
            return ProbeResults.From($"Consul's API answers in {DiagnosisText.Time(latency)}", ClockFindings(context, response),
                ("HttpLatency", latency), ("ServerDate", response.Header("Date")));
        }
        var endpoint = context.Session.Target.Endpoint;
        if (ClientCertificateRefused(context, response) is { } refused)
            return ProbeResults.From($"HTTP {response.Status}: {refused.Title}", [refused], ("HttpStatus", response.Status), ("HttpServer", response.Header("Server")));
        var understood = Classifier.Classify(response, request, context.Session, null)
            .With(("address", context.Session.Address), ("host", endpoint.Host), ("port", endpoint.Port)).For(context.Session);
        if (understood.Finding.Layer is ConsulLayer.Cluster || understood.Code == "Agent.EndpointBlocked")
        {
            // The agent is there and says itself what is wrong behind it, or will not say who leads: that is the cluster's to report.
            context.Facts.Publish(new HttpFacts(null, understood, latency));
            return ProbeResults.From($"Consul's API answers in {DiagnosisText.Time(latency)}", ClockFindings(context, response), ("HttpLatency", latency));
        }
        if (endpoint.PathPrefix is { Length: > 0 } prefix)
            understood = understood with { Finding = ConsulFinding.Create("Config.AddrBasePath", ("address", context.Session.Address), ("host", endpoint.Host), ("port", endpoint.Port), ("value", prefix), ("status", response.Status), ("source", "Address"), ("variable", "CONSUL_HTTP_ADDR")) };
        else if (understood.Code is "Key.WrongApiPath" or "Http.BodyMalformed" or "Http.UnexpectedStatus")
            understood = understood with { Finding = ConsulFinding.Create("Http.NotConsul", ("address", context.Session.Address), ("status", response.Status), ("body", Printable.Text(response.ShownText, 120)), ("server", response.Header("Server"))) };
        return ProbeResults.From($"HTTP {response.Status}: {understood.Finding.Title}", [understood.Finding], ("HttpStatus", response.Status), ("HttpServer", response.Header("Server")))
            with
        { Blocks = understood.Code is not ("Limit.RpcRateClient" or "Limit.RequestLimits") };
    }

    // A reverse proxy ends TLS with whatever the client shows, and only then refuses it, in HTTP. Consul breaks off the handshake instead.
    private static ConsulFinding? ClientCertificateRefused(ProbeContext context, ConsulResponse response)
    {
        if (response.Status is not (400 or 495 or 496) || response.HasConsulHeader || context.Facts.Find<TlsFacts>()?.Report is not { ClientCertificateAsked: true } report) return null;
        var target = context.Session.Target;
        var code = ClientCertificateFailure.CodeOf(target.Tls, report.AcceptableIssuers, null);
        // 400 alone may be about something else: then the certificate has to be mentioned, or visibly not do.
        var aboutIt = response.Status != 400 || response.Text.IndexOf("certificate", StringComparison.OrdinalIgnoreCase) >= 0;
        if (!aboutIt && (code == "Tls.ClientCertificateRejected" || response.Header("Server") is null)) return null;
        return ConsulFinding.Create(code, DialEvidence.Of(target.Endpoint, null,
            [.. ClientCertificateFailure.Evidence(target.Tls, report.AcceptableIssuers, null), ("status", response.Status), ("server", response.Header("Server")), ("body", Printable.Text(response.ShownText, 120))]));
    }

    private static bool TryReadLeader(byte[] body, out string leader)
    {
        leader = "";
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) return false;
            leader = reader.GetString()!;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ConsulFinding[] ClockFindings(ProbeContext context, ConsulResponse response)
    {
        if (response.Header("Date") is not { } text
            || !DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var server)) return [];
        var skew = context.Time.GetUtcNow() - server;
        return skew.Duration() > ClockSkew.Tolerance
            ? [ConsulFinding.Create("Host.ClockSkew", ("seconds", Math.Round(skew.TotalSeconds)), ("value", server.ToString("u", CultureInfo.InvariantCulture)))]
            : [];
    }
}
