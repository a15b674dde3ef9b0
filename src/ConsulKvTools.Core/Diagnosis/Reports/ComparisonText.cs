namespace ConsulKvTools;

/// <summary>A comparison of two diagnoses as people read it.</summary>
public static class ComparisonText
{
    /// <summary>The whole comparison, line by line, without line ends.</summary>
    public static IEnumerable<string> Lines(ConsulDiagnosisComparison comparison, DiagnosisTextStyle style)
    {
        var width = Math.Max(40, style.Width);
        string Word(DiagnosisVerdict verdict) => style.Paint(DiagnosisText.ToneOf(verdict), verdict.ToString().ToUpperInvariant());
        foreach (var warning in comparison.Warnings)
            foreach (var line in Wrap("! ", warning, width)) yield return line;
        yield return $"{Word(comparison.ReferenceVerdict)} at {Moment(comparison.Reference)}, {Word(comparison.DifferenceVerdict)} at {Moment(comparison.Difference)}";
        if (comparison.Changes.Count == 0)
        {
            yield return "Nothing that matters has changed.";
            yield break;
        }
        yield return "What changed, the likeliest explanation first:";
        foreach (var change in comparison.Changes)
        {
            var mark = change.MayExplain ? style.Paint(DiagnosisTone.Bad, "*") : " ";
            yield return $"{mark} {Kind(change.Kind)} {Printable.Text(change.Name, 200)}{(change.Remark is null ? "" : $" ({Printable.Text(change.Remark)})")}";
            if (change.Before is not null) foreach (var line in Wrap("    was  ", change.Before, width)) yield return line;
            if (change.After is not null) foreach (var line in Wrap("    is   ", change.After, width)) yield return line;
            if (change.Kind is DiagnosisChangeKind.Setting or DiagnosisChangeKind.Fact && (change.Before is null || change.After is null))
                yield return change.Before is null ? "    was  not set" : "    is   not set";
        }
        if (comparison.Changes.Any(change => change.MayExplain)) yield return "* comes before the root cause on the way of the write and can explain it";
    }

    private static string Kind(DiagnosisChangeKind kind) => kind switch
    {
        DiagnosisChangeKind.FindingAppeared => "New",
        DiagnosisChangeKind.FindingGone => "Gone",
        DiagnosisChangeKind.FindingChanged => "Changed",
        DiagnosisChangeKind.Timing => "Slower",
        _ => kind.ToString(),
    };

    private static string Moment(ConsulDiagnosis diagnosis) => EvidenceText.Of(diagnosis.StartedAt.ToUniversalTime());

    private static IEnumerable<string> Wrap(string head, string text, int width)
    {
        // A diagnosis that was read from a file may hold anything.
        text = Printable.Text(text, 4000);
        var room = width - head.Length;
        while (text.Length > room)
        {
            var blank = text.LastIndexOf(' ', room);
            var cut = blank > 0 ? blank : room;
            yield return head + text.Substring(0, cut);
            text = text.Substring(cut).TrimStart();
            head = new string(' ', head.Length);
        }
        yield return head + text;
    }
}
