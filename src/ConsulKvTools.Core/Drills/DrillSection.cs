using System.Globalization;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Drills;

/// <summary>A drill's part of a report.</summary>
internal static class DrillSection
{
    /// <summary>What is said of it.</summary>
    public static ReportSection Of(ConsulFaultDrillReport drill)
    {
        var blocks = new List<ReportBlock>
        {
            new ReportBars("Pauses", "Fault", "Longest pause", [.. drill.Faults.Select(fault => new ReportBar(fault.Target is null ? $"{fault.Kind}, {Amount.Of(fault.Count, "request")}" : $"{fault.Kind} of {fault.Target}, after {DiagnosisText.Time(fault.StartedAfter)}",
                fault.LongestPause.TotalSeconds, DiagnosisText.Time(fault.LongestPause), ToneOf(fault.Verdict)))]),
            new ReportTable("Faults",
                [new("Verdict"), new("Fault"), new("After", ReportColumnStyle.Number), new("Lasted", ReportColumnStyle.Number), new("Struck", ReportColumnStyle.Number), new("Operations", ReportColumnStyle.Number), new("Failed", ReportColumnStyle.Number), new("Unknown", ReportColumnStyle.Number), new("Retries", ReportColumnStyle.Number), new("Codes", ReportColumnStyle.Code)],
                [.. drill.Faults.Select(fault => new ReportRow([fault.Verdict.ToString(), fault.Target is null ? fault.Kind.ToString() : $"{fault.Kind} of {fault.Target}", DiagnosisText.Time(fault.StartedAfter), DiagnosisText.Time(fault.Duration), Number(fault.Count),
                    Number(fault.Operations), Number(fault.Failed), Number(fault.Unknown), Number(fault.Retries), string.Join(", ", fault.Codes)], ToneOf(fault.Verdict)))]),
            new ReportTable("Operations",
                [new("Outcome"), new("Operation"), new("Count", ReportColumnStyle.Number), new("Retries", ReportColumnStyle.Number), new("Longest", ReportColumnStyle.Number), new("Code", ReportColumnStyle.Code)],
                [.. drill.Outcomes.Select(outcome => new ReportRow([outcome.Outcome.ToString(), outcome.Operation, Number(outcome.Count), Number(outcome.Retries), DiagnosisText.Time(outcome.Longest), outcome.Code ?? ""],
                    outcome.Outcome switch { ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged => DiagnosisTone.Good, ConsulKvOutcome.Unknown => DiagnosisTone.Warning, _ => DiagnosisTone.Bad }))]),
        };
        if (drill.Lost.Count > 0) blocks.Add(new ReportText("Lost", drill.Lost));
        if (drill.Unverified.Count > 0) blocks.Add(new ReportText("Not verified", drill.Unverified));
        if (drill.Errors.Count > 0) blocks.Add(new ReportText("Errors of the script block", drill.Errors));
        blocks.Add(new ReportText("How the verdicts are given", drill.Rules));
        return new ReportSection("fault drill", drill.Target, ToneOf(drill.Verdict), drill.Verdict.ToString(), drill.Reason,
            [("Started", EvidenceText.Of(drill.StartedAt.ToUniversalTime())), ("Lasted", DiagnosisText.Time(drill.Duration)), ("Seed", drill.Seed.ToString(CultureInfo.InvariantCulture)), ("Runs", $"{Number(drill.Runs)}, {Number(drill.FailedRuns)} with an error"), ("Keys verified", Number(drill.Verified))],
            blocks);
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static DiagnosisTone ToneOf(ConsulFaultDrillVerdict verdict) => verdict switch
    {
        ConsulFaultDrillVerdict.Survived => DiagnosisTone.Good,
        ConsulFaultDrillVerdict.Degraded => DiagnosisTone.Warning,
        ConsulFaultDrillVerdict.Lost => DiagnosisTone.Bad,
        _ => DiagnosisTone.Dim,
    };
}
