using System.ComponentModel;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What the operators for Pester's Should answer: whether it is so, and what to say when it is not. For ShouldOperators.ps1 only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ShouldAnswer
{
    private ShouldAnswer(bool holds, bool negate, string because, string wanted, string unwanted)
    {
        Succeeded = holds != negate;
        if (Succeeded) return;
        var reason = string.IsNullOrWhiteSpace(because) ? "" : $", because {System.Text.RegularExpressions.Regex.Replace(because.Trim(), "^because\\s+", "")}";
        FailureMessage = (negate ? unwanted : wanted).Replace("{because}", reason);
    }

    /// <summary>Whether the assertion holds.</summary>
    public bool Succeeded { get; }

    /// <summary>What to say; null when it holds.</summary>
    public string? FailureMessage { get; }

    /// <summary>Every write went through.</summary>
    public static ShouldAnswer Written(object?[] actual, bool negate, string because)
    {
        var results = actual.Select(one => (one is PSObject wrapped ? wrapped.BaseObject : one) as ConsulKvWriteResult).ToArray();
        if (results.Length == 0 || results.Any(one => one is null))
            return Never(negate, "Expected results of Set-ConsulKv or Remove-ConsulKv, but got " + (results.Length == 0 ? "nothing." : $"a {actual.First(one => (one is PSObject wrapped ? wrapped.BaseObject : one) is not ConsulKvWriteResult)?.GetType().Name ?? "null"}."));
        // A single negation over many would pass when only one of them failed.
        var culprit = results.FirstOrDefault(one => one!.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged == negate);
        var what = results.Length == 1 ? Quoted(results[0]!.Key) : $"all of {results.Length} keys";
        if (culprit is null) return new ShouldAnswer(!negate, negate, because, "", "");
        return new ShouldAnswer(negate, negate, because,
            $"Expected {what} to be written to Consul{{because}}, but {Quoted(culprit.Key)} was {culprit.Outcome}.{Why(culprit.Finding)}",
            $"Expected {what} not to be written to Consul{{because}}, but {Quoted(culprit.Key)} was {culprit.Outcome}.");
    }

    /// <summary>The token may do all of it; negated: none of it.</summary>
    public static ShouldAnswer Access(object?[] actual, bool negate, string because)
    {
        var results = actual.Select(one => (one is PSObject wrapped ? wrapped.BaseObject : one) as ConsulAclResult).Where(one => one is not null).ToArray();
        // Not known is neither: it never passes.
        var culprit = results.FirstOrDefault(one => one!.Allowed != !negate)
            // A token that does not exist may do nothing either, which proves no rule.
            ?? (negate ? results.FirstOrDefault(one => one!.Code?.StartsWith("Acl.Token", StringComparison.Ordinal) == true) : null);
        if (results.Length == 0) return Never(negate, "Expected an answer about access, but there was none.");
        if (culprit is null) return new ShouldAnswer(!negate, negate, because, "", "");
        var text = $"Expected the token {(negate ? "not " : "")}to have {culprit.Operation} access to {Quoted(culprit.Key)}{{because}}, but {(culprit.Allowed is null ? "it cannot be told" : culprit.Allowed == true ? "it has" : negate ? "that proves nothing" : "it has not")}.";
        return new ShouldAnswer(negate, negate, because, text + Why(culprit.Finding), text + (culprit.Finding is null ? " " + Printable.Text(culprit.Reason) : Why(culprit.Finding)));
    }

    /// <summary>The key's value, read by consensus, is this text; without a text: the key exists.</summary>
    public static ShouldAnswer Value(string key, object? entry, object?[] failed, object? expected, bool negate, string because)
    {
        var found = (entry is PSObject wrapped ? wrapped.BaseObject : entry) as ConsulKvEntry;
        var error = failed.Select(one => (one is PSObject record ? record.BaseObject : one) as ErrorRecord).FirstOrDefault(one => one is not null);
        var finding = (error?.Exception as ConsulException)?.Finding;
        // Only a key that is known to be missing is missing; all else is no answer, and passes neither way.
        if (found is null && error is not null && finding?.Code != "Key.Missing")
            return Never(negate, $"Expected to read {Quoted(key)}, but that failed.{(finding is null ? " " + Printable.Text(error.Exception?.Message) : Why(finding))}");
        if (expected is null)
            return new ShouldAnswer(found is not null, negate, because, $"Expected the key {Quoted(key)} to exist{{because}}, but it does not.{Why(finding)}", $"Expected the key {Quoted(key)} not to exist{{because}}, but it does (ModifyIndex {found?.ModifyIndex}).");
        if (!KvValue.TryConvert(expected, out var bytes, out var problem)) return Never(negate, $"The expected value cannot be one: {problem}");
        var same = found is not null && found.Bytes.AsSpan().SequenceEqual(bytes);
        return new ShouldAnswer(same, negate, because,
            found is null ? $"Expected the key {Quoted(key)} to have the value {Shown(bytes!)}{{because}}, but it does not exist.{Why(finding)}"
                : $"Expected the key {Quoted(key)} to have the value {Shown(bytes!)}{{because}}, but it has {Shown(found.Bytes)} (ModifyIndex {found.ModifyIndex}).",
            $"Expected the key {Quoted(key)} not to have the value {Shown(bytes!)}{{because}}, but it has.");
    }

    /// <summary>A Consul agent answers.</summary>
    public static ShouldAnswer Reachable(ConsulConnectivityResult result, bool negate, string because) =>
        new(result.Succeeded, negate, because, $"Expected Consul at {result.Target} to be reachable{{because}}, but it is not.{Why(result.RootCause)}", $"Expected Consul at {result.Target} not to be reachable{{because}}, but it is.");

    /// <summary>A diagnosis is healthy, or good enough.</summary>
    public static ShouldAnswer Healthy(ConsulDiagnosis diagnosis, bool allowDegraded, bool negate, string because) =>
        new(diagnosis.Verdict == DiagnosisVerdict.Healthy || (allowDegraded && diagnosis.Verdict == DiagnosisVerdict.Degraded), negate, because,
            $"Expected Consul at {diagnosis.Target} to be healthy{{because}}, but it is {diagnosis.Verdict}.{Why(diagnosis.RootCause)}", $"Expected Consul at {diagnosis.Target} not to be healthy{{because}}, but it is {diagnosis.Verdict}.");

    /// <summary>What passes neither way.</summary>
    private static ShouldAnswer Never(bool negate, string said) => new(negate, negate, "", said, said);

    private static string Why(ConsulFinding? finding) => finding is null ? "" : "\n" + FindingMessage.Of(finding);

    private static string Quoted(string key) => $"'{Printable.Text(key, 200)}'";

    private static string Shown(byte[] bytes) => $"'{Printable.Text(System.Text.Encoding.UTF8.GetString(bytes), 200)}'";
}
