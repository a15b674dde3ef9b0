using System.Collections;

namespace ConsulKvTools.Diagnosis;

/// <summary>Holds two diagnoses against each other: what changed since it worked.</summary>
internal sealed class DiagnosisComparison
{
    private readonly ConsulDiagnosis before, after;

    /// <summary>The finding that the changes are to explain; null when both are healthy.</summary>
    private readonly ConsulFinding? focus;

    private DiagnosisComparison(ConsulDiagnosis before, ConsulDiagnosis after)
    {
        this.before = before;
        this.after = after;
        focus = after.Verdict < before.Verdict ? before.RootCause : after.RootCause ?? before.RootCause;
    }

    /// <summary>What changed from <paramref name="reference"/> to <paramref name="difference"/>.</summary>
    public static ConsulDiagnosisComparison Of(ConsulDiagnosis reference, ConsulDiagnosis difference)
    {
        var comparison = new DiagnosisComparison(reference, difference);
        return new ConsulDiagnosisComparison
        {
            Reference = reference,
            Difference = difference,
            Changes = comparison.Settings().Concat(comparison.Facts()).Concat(comparison.Findings()).Concat(comparison.Probes())
                .OrderBy(comparison.Rank).ThenBy(change => change.Layer).ThenBy(change => ComparisonRules.OrderOf(change.Name)).ToArray(),
            Warnings = comparison.Warnings().ToArray(),
        };
    }

    private IEnumerable<string> Warnings()
    {
        if (!string.Equals(before.Target.TrimEnd('/'), after.Target.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
            yield return $"The two diagnoses are of different targets: {Printable.Text(before.Target, 120)} then, {Printable.Text(after.Target, 120)} now.";
        if (before.Key != after.Key)
            yield return $"The two diagnoses are about different keys: {KeyText(before)} then, {KeyText(after)} now.";
        if (before.StartedAt > after.StartedAt)
            yield return "The reference is younger than what is compared with it: before and after are the wrong way round.";
    }

    private IEnumerable<ConsulDiagnosisChange> Settings()
    {
        foreach (var name in before.Configuration.Concat(after.Configuration).Select(setting => setting.Name).Distinct(StringComparer.Ordinal))
        {
            var old = before.Configuration.FirstOrDefault(setting => setting.Name == name);
            var now = after.Configuration.FirstOrDefault(setting => setting.Name == name);
            var sameValue = old?.Value == now?.Value;
            if (sameValue && (now?.Value is null || SourceName(old!.Source) == SourceName(now.Source))) continue;
            yield return new ConsulDiagnosisChange
            {
                Kind = DiagnosisChangeKind.Setting,
                Name = name,
                Layer = ComparisonRules.LayerOf(name),
                Before = Text(old),
                After = Text(now),
                MayExplain = !sameValue && focus is not null && (IsNamedBy(focus, old, now) || ComparisonRules.SettingExplains(name, focus.Layer)),
                Remark = sameValue ? "the value is the same, it comes from elsewhere" : null,
            };
        }
    }

    private IEnumerable<ConsulDiagnosisChange> Facts()
    {
        foreach (var now in after.Probes)
        {
            if (before.Probes.FirstOrDefault(probe => probe.Probe == now.Probe) is not { } old) continue;
            var bothLooked = Looked(old) && Looked(now);
            foreach (var name in Names(old.Facts).Concat(Names(now.Facts)).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                var (was, value) = (old.Facts[name], now.Facts[name]);
                if (ComparisonRules.IsNoise(name, was ?? value, now.Layer)) continue;
                // What a probe could not see, because it did not get that far or lacked the right, has not changed.
                if ((was is null || value is null) && !(bothLooked && ComparisonRules.MayBeAbsent(name))) continue;
                var (wasText, text) = (Text(was), Text(value));
                if (wasText == text || (string.Equals(name, "ConnectedAddress", StringComparison.OrdinalIgnoreCase) && SameAddresses)) continue;
                yield return new ConsulDiagnosisChange
                {
                    Kind = DiagnosisChangeKind.Fact,
                    Name = ComparisonRules.NameOf(name),
                    Layer = now.Layer,
                    Before = wasText,
                    After = text,
                    MayExplain = focus is not null && ComparisonRules.FactExplains(name, now.Layer, focus.Layer),
                };
            }
        }
    }

    private IEnumerable<ConsulDiagnosisChange> Findings()
    {
        foreach (var finding in after.Findings)
        {
            if (before.Findings.FirstOrDefault(other => other.Code == finding.Code) is not { } old)
                yield return Change(DiagnosisChangeKind.FindingAppeared, finding, null, Text(finding));
            else if (old.Severity != finding.Severity || old.BlockedBy != finding.BlockedBy)
                yield return Change(DiagnosisChangeKind.FindingChanged, finding, Weight(old), Weight(finding));
        }
        foreach (var finding in before.Findings.Where(finding => !after.Findings.Any(other => other.Code == finding.Code)))
            yield return Change(DiagnosisChangeKind.FindingGone, finding, Text(finding), null);
    }

    private IEnumerable<ConsulDiagnosisChange> Probes()
    {
        foreach (var now in after.Probes)
        {
            if (before.Probes.FirstOrDefault(probe => probe.Probe == now.Probe) is not { } old || old.Status == ProbeStatus.Skipped || now.Status == ProbeStatus.Skipped) continue;
            if (old.Status != now.Status)
                yield return new ConsulDiagnosisChange
                {
                    Kind = DiagnosisChangeKind.Probe, Name = now.Probe, Layer = now.Layer, Before = $"{old.Status}: {Printable.Text(old.Summary, 200)}", After = $"{now.Status}: {Printable.Text(now.Summary, 200)}",
                };
            else if (Looked(now) && now.Probe != Diagnosis.Probes.IdleProbe.ProbeName
                && now.Duration - old.Duration >= ComparisonRules.SlowerBy && now.Duration.Ticks >= ComparisonRules.SlowerTimes * old.Duration.Ticks)
                yield return new ConsulDiagnosisChange
                {
                    Kind = DiagnosisChangeKind.Timing, Name = now.Probe, Layer = now.Layer, Before = DiagnosisText.Time(old.Duration), After = DiagnosisText.Time(now.Duration),
                    Remark = $"at least {ComparisonRules.SlowerTimes} times as long and {ComparisonRules.SlowerBy.TotalMilliseconds:0} ms longer; one measurement each",
                };
        }
    }

    /// <summary>What explains the verdict; then the finding that it comes down to; then what else is new or gone; what follows from it, and the rest.</summary>
    private int Rank(ConsulDiagnosisChange change) => change switch
    {
        { Kind: DiagnosisChangeKind.Setting, MayExplain: true } => 0,
        { Kind: DiagnosisChangeKind.Fact, MayExplain: true } => 1,
        { Kind: DiagnosisChangeKind.FindingAppeared or DiagnosisChangeKind.FindingGone } when change.Name == focus?.Code => 2,
        { Kind: DiagnosisChangeKind.Setting, Remark: null } => 3,
        { Kind: DiagnosisChangeKind.FindingAppeared or DiagnosisChangeKind.FindingGone or DiagnosisChangeKind.FindingChanged } when Weighs(change) => 4,
        { Kind: DiagnosisChangeKind.Fact } => focus is null || change.Layer <= focus.Layer ? 5 : 7,
        { Kind: DiagnosisChangeKind.Probe or DiagnosisChangeKind.Timing } => 6,
        _ => 8,
    };

    private bool Weighs(ConsulDiagnosisChange change) =>
        after.Findings.Concat(before.Findings).First(finding => finding.Code == change.Name) is { BlockedBy: null, Severity: > FindingSeverity.Info };

    private bool SameAddresses => Text(before.Facts["Addresses"]) is var old && old == Text(after.Facts["Addresses"]);

    private static bool Looked(ProbeResult probe) => probe.Status is ProbeStatus.Passed or ProbeStatus.Warning;

    private static bool IsNamedBy(ConsulFinding finding, ConsulSetting? old, ConsulSetting? now) =>
        finding.Evidence["source"] is string source && (source == old?.Source || source == now?.Source);

    private static ConsulDiagnosisChange Change(DiagnosisChangeKind kind, ConsulFinding finding, string? before, string? after) =>
        new() { Kind = kind, Name = finding.Code, Layer = finding.Layer, Before = before, After = after, Remark = finding.BlockedBy is null ? null : $"because of {finding.BlockedBy}" };

    private static string Text(ConsulFinding finding) => $"{finding.Severity}: {Printable.Text(finding.Title, 300)}";

    private static string Weight(ConsulFinding finding) => finding.Severity + (finding.BlockedBy is null ? "" : $", because of {finding.BlockedBy}");

    private static string? Text(ConsulSetting? setting) => setting?.Value is null ? null : $"{Printable.Text(setting.Value, 200)} ({setting.Source})";

    /// <summary>A list without its order: name servers rotate addresses, and peers come as they like.</summary>
    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => Printable.Text(text, 400),
        IDictionary => null,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(item => Text(item) ?? "").OrderBy(item => item, StringComparer.Ordinal)),
        DateTime moment => EvidenceText.Of(new DateTimeOffset(moment.ToUniversalTime())),
        _ => EvidenceText.Of(value),
    };

    private static IEnumerable<string> Names(IDictionary facts) => facts.Keys.Cast<string>();

    /// <summary>A source in the module's and in the command line's spelling: <c>-CAPath</c>, <c>--ca-path</c>.</summary>
    private static string SourceName(string source) => source is "--token-stdin" ? "TOKEN" : source.Replace("-", "").ToUpperInvariant();

    private static string KeyText(ConsulDiagnosis diagnosis) => diagnosis.Key is null ? "none" : Printable.Text(diagnosis.Key, 120);
}
