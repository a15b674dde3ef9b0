using System.Collections.Specialized;

namespace ConsulKvTools.Tests.Reports;

/// <summary>Diagnoses made by hand, the same in every run: one for each look a report can have.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Began = new(2026, 1, 31, 8, 5, 0, TimeSpan.FromHours(1));

    public static ConsulDiagnosis Healthy { get; } = new()
    {
        Target = "https://consul.example:8501",
        Key = "app/config/größe",
        Verdict = DiagnosisVerdict.Healthy,
        Findings = [],
        Probes =
        [
            Probe("Configuration", ConsulLayer.Configuration, ProbeStatus.Passed, "https://consul.example:8501 from CONSUL_HTTP_ADDR, token from CONSUL_HTTP_TOKEN", 0, 3),
            Probe("Name", ConsulLayer.Name, ProbeStatus.Passed, "consul.example is 192.0.2.10 and 2001:db8::10", 3, 12, ("Addresses", new[] { "192.0.2.10", "2001:db8::10" }), ("NameTime", TimeSpan.FromTicks(12_3457))),
            Probe("Tcp", ConsulLayer.Transport, ProbeStatus.Passed, "192.0.2.10:8501 accepts connections", 15, 8, ("ConnectTime", TimeSpan.FromMilliseconds(8))),
            Probe("Tls", ConsulLayer.Tls, ProbeStatus.Passed, "TLS 1.3, certificate of server.dc1.consul, valid until 2027-01-31", 23, 31, ("TlsTime", TimeSpan.FromMilliseconds(31)), ("NotAfter", new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero))),
            Probe("Http", ConsulLayer.Http, ProbeStatus.Passed, "Consul answers in 6.1 ms", 54, 6, ("HttpLatency", TimeSpan.FromMilliseconds(6.1)), ("Version", "1.22.2")),
            Probe("Cluster", ConsulLayer.Cluster, ProbeStatus.Passed, "leader 192.0.2.11:8300, 3 of 3 servers", 60, 9, ("Servers", 3), ("Leader", "192.0.2.11:8300")),
            Probe("Acl", ConsulLayer.Acl, ProbeStatus.Passed, "the token may write app/config/größe", 60, 14, ("MayWrite", true)),
            Probe("Write", ConsulLayer.Write, ProbeStatus.Passed, "a write that changes nothing was committed in 4.2 ms", 74, 5, ("CommitTime", TimeSpan.FromMilliseconds(4.2)), ("Index", 18446744073709551615UL)),
        ],
        Facts = Values(("Addresses", new[] { "192.0.2.10", "2001:db8::10" }), ("NameTime", TimeSpan.FromTicks(12_3457)), ("HttpLatency", TimeSpan.FromMilliseconds(6.1)),
            ("Version", "1.22.2"), ("Servers", 3), ("Leader", "192.0.2.11:8300"), ("MayWrite", true), ("Load", 0.25), ("NotAfter", new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero))),
        StartedAt = Began,
        Duration = TimeSpan.FromTicks(79_1234),
        Configuration =
        [
            new ConsulSetting("Address", "https://consul.example:8501", "CONSUL_HTTP_ADDR", []),
            new ConsulSetting("Token", "sha256:…5d41", "CONSUL_HTTP_TOKEN", ["CONSUL_HTTP_TOKEN_FILE"]),
            new ConsulSetting("Proxy", null, "default", []),
        ],
    };

    public static ConsulDiagnosis Degraded { get; } = Degrade();

    public static ConsulDiagnosis Faulty { get; } = Fault();

    /// <summary>A server that answers with a page of text, in a long key, all without a blank to break at.</summary>
    public static ConsulDiagnosis LongEvidence { get; } = Lengthen();

    /// <summary>Twenty findings in every layer, half of them consequences, some suppressed.</summary>
    public static ConsulDiagnosis ManyFindings { get; } = Multiply();

    /// <summary>Words from outside in other scripts, from right to left, with invisible and control characters.</summary>
    public static ConsulDiagnosis OtherScripts { get; } = Translate();

    /// <summary>Every one of them by its name.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<ConsulDiagnosis>> All { get; } = new Dictionary<string, IReadOnlyList<ConsulDiagnosis>>
    {
        ["healthy"] = [Healthy], ["degraded"] = [Degraded], ["faulty"] = [Faulty], ["long-evidence"] = [LongEvidence], ["many-findings"] = [ManyFindings], ["other-scripts"] = [OtherScripts],
        ["three"] = [Healthy, Degraded with { StartedAt = Began.AddMinutes(1), Duration = TimeSpan.FromMilliseconds(140), Facts = Slower(3) }, Faulty],
        ["forty"] = [.. Enumerable.Range(0, 40).Select(index => (index % 7 == 3 ? Degraded : Healthy) with { StartedAt = Began.AddSeconds(index), Duration = TimeSpan.FromMilliseconds(70 + index * 37 % 50), Facts = Slower(1 + index * 13 % 5) })],
    };

    public static ProbeResult Probe(string name, ConsulLayer layer, ProbeStatus status, string summary, double startedAfterMs, double durationMs, params (string, object?)[] facts) => new()
    {
        Probe = name, Layer = layer, Status = status, Summary = summary, Facts = Values(facts),
        StartedAfter = TimeSpan.FromMilliseconds(startedAfterMs), Duration = TimeSpan.FromMilliseconds(durationMs),
    };

    public static OrderedDictionary Values(params (string Name, object? Value)[] values)
    {
        var all = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values) all[name] = value;
        return all.AsReadOnly();
    }

    private static ConsulDiagnosis Degrade()
    {
        var finding = ConsulFinding.Create("Config.VerificationOff", ("source", "-SkipCertificateCheck")) with { Probe = "Configuration" };
        return Healthy with
        {
            Verdict = DiagnosisVerdict.Degraded,
            RootCause = finding,
            Findings = [finding],
            Probes = [Healthy.Probes[0] with { Status = ProbeStatus.Warning, Findings = [finding] }, .. Healthy.Probes.Skip(1)],
        };
    }

    private static ConsulDiagnosis Fault()
    {
        var root = ConsulFinding.Create("Tcp.Refused", ("address", "192.0.2.10:8500"), ("host", "consul.example"), ("port", 8500), ("elapsed", TimeSpan.FromMilliseconds(1.5)), ("seen", Began)) with { Probe = "Tcp" };
        var consequence = ConsulFinding.Create("Cluster.NoLeader", ("text", "No cluster leader")) with { Probe = "Cluster", BlockedBy = "Tcp.Refused" };
        var known = ConsulFinding.Create("Config.TokenInClear", ("address", "http://consul.example:8500"), ("host", "consul.example")) with { Probe = "Configuration", SuppressedBy = "Config.TokenInClear=*consul.example*" };
        const string why = "not reached: Tcp failed (Tcp.Refused)";
        return new ConsulDiagnosis
        {
            Target = "http://consul.example:8500",
            Key = "app/<script>alert(1)</script>\u001b[31m",
            Verdict = DiagnosisVerdict.Faulty,
            RootCause = root,
            Findings = [root, consequence, known],
            Probes =
            [
                Probe("Configuration", ConsulLayer.Configuration, ProbeStatus.Warning, "http://consul.example:8500 from -Address", 0, 1) with { Findings = [known] },
                Probe("Name", ConsulLayer.Name, ProbeStatus.Passed, "consul.example is 192.0.2.10", 1, 4),
                Probe("Tcp", ConsulLayer.Transport, ProbeStatus.Failed, "192.0.2.10:8500 refuses connections", 5, 1002) with { Findings = [root] },
                Probe("Tls", ConsulLayer.Tls, ProbeStatus.Skipped, "not reached: plain HTTP", 1007, 0),
                Probe("Http", ConsulLayer.Http, ProbeStatus.Skipped, why, 1007, 0),
                Probe("Cluster", ConsulLayer.Cluster, ProbeStatus.Error, "not done within 1 s", 1007, 20) with { Findings = [consequence] },
                Probe("Acl", ConsulLayer.Acl, ProbeStatus.Skipped, why, 1007, 0),
                Probe("Write", ConsulLayer.Write, ProbeStatus.Skipped, why, 1007, 0),
            ],
            Facts = Values(("Addresses", new[] { "192.0.2.10" }), ("ConnectTime", null)),
            StartedAt = Began.AddMinutes(5),
            Duration = TimeSpan.FromMilliseconds(1027),
            Configuration = [new ConsulSetting("Address", "http://consul.example:8500", "-Address", ["CONSUL_HTTP_ADDR"])],
        };
    }

    private static OrderedDictionary Slower(double factor) => Values(
        ("NameTime", TimeSpan.FromMilliseconds(12.3 * factor)), ("ConnectTime", TimeSpan.FromMilliseconds(8 + factor)), ("TlsTime", TimeSpan.FromMilliseconds(31)), ("HttpLatency", TimeSpan.FromMilliseconds(6.1 * factor)));

    private static ConsulDiagnosis Lengthen()
    {
        var answer = string.Concat(Enumerable.Range(0, 300).Select(index => $"<div\u00a0class='x{index}'>"));
        var root = ConsulFinding.Create("Http.NotConsul", ("address", "http://consul.example:8500"), ("status", 502), ("text", answer), ("header", string.Join(", ", Enumerable.Range(0, 40).Select(index => $"x-header-{index}: value"))), ("empty", "")) with { Probe = "Http" };
        return Faulty with
        {
            Key = string.Join("/", Enumerable.Repeat("a-very-long-part-of-a-key", 18)),
            RootCause = root,
            Findings = [root],
            Probes = [.. Faulty.Probes.Take(2), Probe("Http", ConsulLayer.Http, ProbeStatus.Failed, "502 from something else: " + answer[..600], 5, 14_200) with { Findings = [root] }, .. Faulty.Probes.Skip(6)],
            Duration = TimeSpan.FromMilliseconds(14_205),
        };
    }

    private static ConsulDiagnosis Multiply()
    {
        var rows = FindingCatalogue.All.GroupBy(row => row.Layer).OrderBy(layer => layer.Key).SelectMany(layer => layer.Take(2)).Take(20).ToArray();
        var root = ConsulFinding.Create("Tcp.Refused", ("address", "192.0.2.10:8500"), ("host", "consul.example")) with { Probe = "Tcp" };
        var others = rows.Where(row => row.Code != root.Code).Select((row, index) => ConsulFinding.Create(row.Code, ("host", "consul.example"), ("address", "192.0.2.10:8500"), ("key", "app/x"), ("seconds", 12.5)) with
        {
            Probe = "Tcp",
            BlockedBy = index % 2 == 1 && index < 16 ? root.Code : null,
            SuppressedBy = index >= 16 ? row.Code : null,
        });
        return Faulty with { Key = "app/x", RootCause = root, Findings = [root, .. others] };
    }

    private static ConsulDiagnosis Translate()
    {
        const string words = "配置/サービス/größe/ключ/مفتاح\u202egnp.exe\u200b\u0007 & <b>\"'`|*_@user #12 https://evil.example/?a=b";
        var root = ConsulFinding.Create("Key.Forbidden", ("key", words), ("text", words)) with { Probe = "Key\u001b]0;x\u0007" };
        return Degraded with
        {
            Target = "https://konsül.例え.example:8501",
            Key = words,
            Verdict = DiagnosisVerdict.Faulty,
            RootCause = root,
            Findings = [root],
            Probes = [.. Healthy.Probes.Take(4), Probe("Key\u001b]0;x\u0007", ConsulLayer.Key, ProbeStatus.Failed, words, 60, 3) with { Findings = [root] }],
            Facts = Values((words, words), ("Node", "サーバー1")),
            Configuration = [new ConsulSetting("Datacenter", words, "-Datacenter", [words])],
        };
    }
}
