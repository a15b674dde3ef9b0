using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the host's name becomes addresses. Asks the name servers themselves only when the system has failed.</summary>
internal sealed class NameProbe : IProbe
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ExplanationTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SuffixPatience = TimeSpan.FromMilliseconds(300);

    // ICANN's sign for a name that leaked into a public zone of the same name.
    private static readonly IPAddress Collision = new([127, 0, 53, 53]);

    public string Name => "Name";

    public ConsulLayer Layer => ConsulLayer.Name;

    public ConsulLayer? Needs => ConsulLayer.Configuration;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var target = context.Session.Target;
        var host = target.Endpoint.Host;
        if (target.Endpoint.SocketPath is not null) return ProbeResults.Skipped("a unix socket has no name");
        if (target.Proxy is { } proxy) return ProbeResults.Skipped($"the proxy {proxy.Address} resolves the name");
        if (NameFailure.CodeOfName(host) is { } invalid) return Failed(context, invalid, []);
        if (IPAddress.TryParse(host, out var literal))
        {
            context.Facts.Publish(new ResolvedAddresses([literal], TimeSpan.Zero));
            return ProbeResults.From($"{host} is an address", [], ("Addresses", new[] { literal.ToString() }));
        }

        var clock = Stopwatch.StartNew();
        var (addresses, fallback) = await ResolveAsync(host, context.TimeFor(target.ConnectTimeout, ExplanationTime), cancellation).ConfigureAwait(false);
        var elapsed = clock.Elapsed;
        if (addresses.Count == 0)
        {
            var (code, answers) = await ExplainAsync(context, host, fallback, cancellation).ConfigureAwait(false);
            return Failed(context, code, [.. answers, ("seconds", Math.Round(elapsed.TotalSeconds, 1))]);
        }
        context.Facts.Publish(new ResolvedAddresses(addresses, elapsed));
        var texts = addresses.Select(address => address.ToString()).ToArray();
        var findings = await FindingsAsync(context, host, addresses, elapsed, cancellation).ConfigureAwait(false);
        return ProbeResults.From($"{host} is {string.Join(", ", texts)}", findings, ("Addresses", texts), ("NameTime", elapsed));
    }

    private static async Task<(IReadOnlyList<IPAddress> Addresses, string Fallback)> ResolveAsync(
        string host, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = Deadline.In(patience, cancellation);
        try
        {
            return (await SocketIo.ResolveAsync(host, deadline.Token).ConfigureAwait(false), "Dns.NoAddress");
        }
        catch (SocketException failure)
        {
            return ([], NameFailure.CodeOf(failure.SocketErrorCode));
        }
        catch (ArgumentException)
        {
            return ([], "Dns.InvalidName");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ([], "Dns.ResolverTimeout");
        }
    }

    /// <summary>What the name servers themselves say; where time is up first, what the system said.</summary>
    private static async Task<(string Code, (string, object?)[] Evidence)> ExplainAsync(ProbeContext context, string host, string fallback, CancellationToken cancellation)
    {
        using var deadline = Deadline.In(context.TimeFor(TimeSpan.FromSeconds(5)), cancellation);
        try
        {
            return await NameExplanation.ExplainAsync(host, fallback, ResolverSettings.Read(), deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (fallback, []);
        }
    }

    private static async Task<IReadOnlyList<ConsulFinding>> FindingsAsync(
        ProbeContext context, string host, IReadOnlyList<IPAddress> addresses, TimeSpan elapsed, CancellationToken cancellation)
    {
        var findings = new List<ConsulFinding>();
        if (addresses.Contains(Collision)) findings.Add(Create(context, "Dns.NameCollision", ("ip", Collision.ToString())));
        if (elapsed >= Slow) findings.Add(Create(context, "Dns.Slow", ("milliseconds", Math.Round(elapsed.TotalMilliseconds))));
        if (context.Session.Target.Endpoint.IsLoopback) return findings;
        if (ResolverSettings.IsInHostsFile(host))
            findings.Add(Create(context, "Dns.ResolvedLocally", ("answer", string.Join(", ", addresses))));
        else if (host.IndexOf('.') < 0 && ResolverSettings.Read() is { Search: { Count: > 0 } search, Servers: { Count: > 0 } servers })
        {
            // Only a short name is worth the question; the name server has just answered, so this is quick.
            var bare = await DnsQuestion.AskAsync(servers[0], NameExplanation.AsciiName(host), DnsQuestion.TypeA, SuffixPatience, cancellation).ConfigureAwait(false);
            if (bare.Outcome is DnsOutcome.NameError or DnsOutcome.NoData)
                findings.Add(Create(context, "Dns.ResolvedBySearchSuffix", ("answer", $"{host}.{search[0]}"), ("resolver", servers[0].Address.ToString())));
        }
        return findings;
    }

    private static ProbeResult Failed(ProbeContext context, string code, (string, object?)[] evidence)
    {
        var finding = Create(context, code, evidence);
        return ProbeResults.From(finding.Title, [finding]);
    }

    private static ConsulFinding Create(ProbeContext context, string code, params (string Name, object? Value)[] evidence)
    {
        var source = context.Session.Configuration.FirstOrDefault(setting => setting.Name == "Address")?.Source;
        return ConsulFinding.Create(code,
            DialEvidence.Of(context.Session.Target.Endpoint, null, [("value", context.Session.Target.Endpoint.Host), ("source", source), .. evidence]));
    }
}
