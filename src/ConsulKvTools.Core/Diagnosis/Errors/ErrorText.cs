namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>One text given by hand, of one line or several: what it means.</summary>
internal static class ErrorText
{
    /// <summary>The findings of <paramref name="text"/>, or the one finding that says that it is not recognised. Empty for a blank text.</summary>
    public static IReadOnlyList<ConsulFinding> Resolve(string text)
    {
        var findings = new List<ConsulFinding>();
        var errors = new ErrorStream(findings.Add) { TellsLines = text.IndexOf('\n') >= 0 };
        errors.Add(text);
        errors.End(tellsUnknown: false);
        // Around an error that was recognised the rest is its surroundings.
        if (findings.Count == 0) errors.End();
        // Nothing but the frames of a stack.
        if (findings.Count == 0 && text.Trim().Length > 0) findings.Add(ConsulFinding.Create("Error.NotRecognised", ("text", ErrorTexts.Show(text))));
        return findings;
    }
}
