using System.Management.Automation;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Commands;

/// <summary>Shows on PowerShell's progress stream what a diagnosis is doing and since when. Hands each report over at once, on whatever thread it comes.</summary>
internal sealed class DiagnosisProgressRecord(string activity, Action<ProgressRecord> write) : IProgress<DiagnosisProgress>
{
    private const int ProgressId = 8500;

    /// <summary>Which of several diagnoses runs, and what the last one said; empty for one alone.</summary>
    public string Before { get; set; } = "";

    public void Report(DiagnosisProgress value)
    {
        var text = value.ToString();
        write(new ProgressRecord(ProgressId, activity, Printable.Text(Before + (text.Length == 0 ? "beginning" : text), 160))
        {
            PercentComplete = value.Total == 0 ? -1 : value.Done * 100 / value.Total,
            CurrentOperation = value.Ended is null ? null : Printable.Text($"{value.Ended.Probe}: {value.Ended.Summary}", 120),
        });
    }

    /// <summary>Takes the bar away.</summary>
    public void Complete() => write(new ProgressRecord(ProgressId, activity, "Done") { RecordType = ProgressRecordType.Completed });
}
