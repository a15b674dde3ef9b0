using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ConsulKvTools.Tests.Faults;

[assembly: AssemblyFixture(typeof(FaultMatrix))]

namespace ConsulKvTools.Tests.Faults;

/// <summary>
/// Which codes this run produced and saw named, written to <c>out/fault-matrix.md</c> when it ends; copied to <c>docs/</c> by hand after a
/// run of everything. Only an assertion that held may add a row.
/// </summary>
public sealed class FaultMatrix : IDisposable
{
    private static readonly ConcurrentBag<FaultRow> Rows = [];
    private static readonly ConcurrentDictionary<string, TimeSpan> Healthy = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, (IReadOnlyList<string> Findings, TimeSpan Time)> Pairs = new(StringComparer.Ordinal);

    /// <summary>A diagnosis named this fault as its root cause, or lists it when <paramref name="finding"/> says so.</summary>
    public static void Add(FaultOrigin origin, string how, ConsulDiagnosis diagnosis, ConsulFinding? finding = null)
    {
        var named = finding ?? diagnosis.RootCause ?? throw new InvalidOperationException("There is no fault to add: the diagnosis has no root cause.");
        Rows.Add(new FaultRow(named.Code, origin, how, ReferenceEquals(named, diagnosis.RootCause) ? $"{diagnosis.Verdict}, root cause" : $"{diagnosis.Verdict}, listed", diagnosis.Duration));
    }

    /// <summary>A write was refused, or its outcome left open, with this code.</summary>
    public static void Add(FaultOrigin origin, string how, ConsulKvWriteResult result) =>
        Rows.Add(new FaultRow(result.Code ?? throw new InvalidOperationException($"There is no fault to add: the write was {result.Outcome}."), origin, how, $"write {result.Outcome}", result.Duration));

    /// <summary>Any other command named this code, for example a session that was refused.</summary>
    public static void Add(FaultOrigin origin, string how, string code, string verdict, TimeSpan time)
    {
        Assert.NotNull(FindingCatalogue.Find(code));
        Rows.Add(new FaultRow(code, origin, how, verdict, time));
    }

    /// <summary>A set-up that works was called healthy.</summary>
    public static void AddHealthy(string how, ConsulDiagnosis diagnosis)
    {
        if (diagnosis.Verdict != DiagnosisVerdict.Healthy) throw new InvalidOperationException($"The diagnosis is {diagnosis.Verdict}.");
        Healthy[how] = diagnosis.Duration;
    }

    /// <summary>Several faults at once were told apart.</summary>
    /// <param name="how">What was broken.</param>
    /// <param name="findings">What the diagnosis made of it: the root cause first, <c>A &lt; B</c> for an A that B explains.</param>
    /// <param name="diagnosis">The diagnosis.</param>
    public static void AddPair(string how, IReadOnlyList<string> findings, ConsulDiagnosis diagnosis) => Pairs[how] = (findings, diagnosis.Duration);

    public void Dispose()
    {
        var page = Render([.. Rows]);
        var folder = Path.Combine(RepositoryFiles.Root, "out");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "fault-matrix.md"), page);
    }

    /// <summary>One row a code: a real fault before a scripted one, a root cause before a mention.</summary>
    private static string Render(FaultRow[] rows)
    {
        var best = rows.GroupBy(row => row.Code, StringComparer.Ordinal)
            .Select(same => same.OrderBy(row => row.Origin).ThenBy(row => row.Verdict.EndsWith("listed", StringComparison.Ordinal)).ThenBy(row => row.How, StringComparer.Ordinal).First())
            .OrderBy(row => row.Code, StringComparer.Ordinal).ToArray();
        var real = best.Count(row => row.Origin == FaultOrigin.Real);
        var text = new StringBuilder();
        text.Append("# Fault matrix\n\n");
        text.Append("Written by the test run (`tests/ConsulKvTools.Core.Tests/Faults`); do not edit by hand. Each row was produced and named in that run.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{best.Length} codes: {real} by a real fault, {best.Length - real} by a scripted server that gives the answer of another version.\n\n");
        text.Append("| code | origin | how it was produced | verdict | time |\n|---|---|---|---|---|\n");
        foreach (var row in best)
            text.Append(CultureInfo.InvariantCulture, $"| [{row.Code}](findings.md#{row.Code.ToLowerInvariant().Replace(".", "", StringComparison.Ordinal)}) | {row.Origin.ToString().ToLowerInvariant()} | {Cell(row.How)} | {row.Verdict} | {DiagnosisText.Time(row.Time)} |\n");
        var missing = FindingCatalogue.All.Select(row => row.Code).Except(best.Select(row => row.Code)).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\n## Not produced here\n\n{string.Join(", ", missing.Select(code => $"`{code}`"))}\n");
        if (!Pairs.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Several faults at once\n\n{Pairs.Count} combinations; `A < B` says that the diagnosis calls A a consequence of B.\n\n| what was broken | root cause | besides | time |\n|---|---|---|---|\n");
            foreach (var (how, (findings, time)) in Pairs.OrderBy(one => one.Key, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"| {Cell(how)} | `{findings[0]}` | {string.Join(", ", findings.Skip(1).Select(finding => $"`{finding}`"))} | {DiagnosisText.Time(time)} |\n");
        }
        if (!Healthy.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Healthy variants\n\n{Healthy.Count} set-ups that work, each called healthy with nothing above information.\n\n| set-up | time |\n|---|---|\n");
            foreach (var (how, time) in Healthy.OrderBy(one => one.Key, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"| {Cell(how)} | {DiagnosisText.Time(time)} |\n");
        }
        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
