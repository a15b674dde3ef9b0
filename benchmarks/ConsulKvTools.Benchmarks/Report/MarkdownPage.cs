using System.Globalization;
using System.Text;
using ConsulKvTools.Benchmarks.Measuring;

namespace ConsulKvTools.Benchmarks.Report;

/// <summary>The page <c>docs/benchmarks.md</c>.</summary>
internal static class MarkdownPage
{
    public static string Write(MachineFacts machine, IReadOnlyList<JobReport> jobs, string form, string remarks)
    {
        var page = new StringBuilder();
        page.AppendLine("<!-- Written by benchmarks/ConsulKvTools.Benchmarks; remarks come from benchmarks/remarks.md. -->");
        page.AppendLine("# Benchmarks");
        page.AppendLine();
        page.AppendLine("Client and servers share one machine, so absolute figures are that machine's; the ratios, taken in turn within one run, are what counts.");
        page.AppendLine("Run them again with `./build.ps1 Benchmark` or `dotnet run -c Release --project benchmarks/ConsulKvTools.Benchmarks` (`--help` lists jobs and forms).");
        page.AppendLine();
        foreach (var (name, value) in machine.Rows) page.AppendLine(CultureInfo.InvariantCulture, $"- **{name}:** {value}");
        page.AppendLine(CultureInfo.InvariantCulture, $"- **Form:** {form}");
        page.AppendLine();
        Summary(page, jobs);
        foreach (var job in jobs) Job(page, job);
        if (remarks.Length > 0) page.AppendLine(remarks.Trim());
        return page.ToString().TrimEnd() + "\n";
    }

    /// <summary>A number as people compare them: four figures at most.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static void Summary(StringBuilder page, IReadOnlyList<JobReport> jobs)
    {
        var targets = jobs.SelectMany(job => job.Targets).ToArray();
        if (targets.Length == 0) return;
        page.AppendLine(CultureInfo.InvariantCulture, $"## Targets: {targets.Count(target => target.IsMet)} of {targets.Length} met");
        page.AppendLine();
        page.AppendLine("| what must be reached | bound | measured | |");
        page.AppendLine("|---|---:|---:|---|");
        foreach (var target in targets)
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {target.Text} | {(target.AtLeast ? "≥" : "≤")} {Plain(target.Bound)} {target.Unit} | {Number(target.Measured)} {target.Unit} | {(target.IsMet ? "met" : $"**missed by {Number(target.Factor)} ×**")} |");
        page.AppendLine();
    }

    private static void Job(StringBuilder page, JobReport job)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"## {job.Title}");
        page.AppendLine();
        page.AppendLine(job.What);
        page.AppendLine();
        foreach (var table in job.Tables)
        {
            var reference = table.Reference is null ? null : table.Rows.FirstOrDefault(row => row.Key == table.Reference).Value;
            page.AppendLine(CultureInfo.InvariantCulture, $"| | median, {table.Unit} | least – most | MAD | rounds |{(reference is null ? "" : $" × {table.Reference} |")}");
            page.AppendLine(reference is null ? "|---|---:|---:|---:|---:|" : "|---|---:|---:|---:|---:|---:|");
            foreach (var (name, sample) in table.Rows)
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"| {name} | {Number(sample.Median)} | {Number(sample.Least)} – {Number(sample.Most)} | {Number(sample.Spread)} | {sample.Values.Count} |{(reference is null ? "" : $" {Number(sample.Median / reference.Median)} |")}");
            page.AppendLine();
        }
        foreach (var note in job.Notes) page.AppendLine(CultureInfo.InvariantCulture, $"- {note}");
        if (job.Notes.Count > 0) page.AppendLine();
    }

    private static string Plain(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
