using System.Globalization;

namespace ConsulKvTools.Cli.Views;

/// <summary>What became of one write.</summary>
internal static class WriteView
{
    public static void Write(Terminal terminal, ConsulKvWriteResult result)
    {
        var details = new List<string>();
        if (result.ModifyIndex is { } index) details.Add(string.Create(CultureInfo.InvariantCulture, $"index {index}"));
        if (result.Attempts.Count > 1) details.Add(string.Create(CultureInfo.InvariantCulture, $"{result.Attempts.Count} steps"));
        if (result.Attempts.Count > 0) details.Add(DiagnosisText.Time(result.Duration));
        terminal.Line(StatusWord.Of(result.Outcome), $"  {Printable.Text(result.Key, 200)}" + (details.Count > 0 ? $"  ({string.Join(", ", details)})" : ""));
        if (result.Outcome is not (ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged) && result.Message != result.Finding?.Title)
            FieldView.Write(terminal, "message", result.Message);
        if (result.Attempts.Count > 1)
            foreach (var attempt in result.Attempts) terminal.Line("  " + LineOf(attempt));
        if (result.Finding is { } finding) FindingView.Write(terminal, finding);
    }

    private static string LineOf(ConsulKvAttempt attempt) => string.Create(CultureInfo.InvariantCulture,
        $"#{attempt.Number,-2} +{DiagnosisText.Time(attempt.StartedAfter),-8} {attempt.Action,-28} {attempt.Status?.ToString(CultureInfo.InvariantCulture) ?? "-",-4} {attempt.Code}").TrimEnd()
        + (attempt is { Sequel: not AttemptSequel.WentOn, Reason: { } reason } ? $", {Printable.Text(reason, 200)}" : "");
}
