namespace ConsulKvTools.Cli.Views;

/// <summary>How something ended: a mark, a word that means the same without the mark, and a tone that a terminal may colour.</summary>
internal sealed record StatusWord(ProbeStatus Mark, DiagnosisTone Tone, string Word)
{
    public static StatusWord Good(string word) => new(ProbeStatus.Passed, DiagnosisTone.Good, word);

    public static StatusWord Doubtful(string word) => new(ProbeStatus.Warning, DiagnosisTone.Warning, word);

    public static StatusWord Bad(string word) => new(ProbeStatus.Failed, DiagnosisTone.Bad, word);

    public static StatusWord Neutral(string word) => new(ProbeStatus.Skipped, DiagnosisTone.Dim, word);

    public static StatusWord Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => Bad("Error"),
        FindingSeverity.Warning => Doubtful("Warning"),
        _ => Neutral("Info"),
    };

    public static StatusWord Of(ConsulKvOutcome outcome) => outcome switch
    {
        ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged => Good(outcome.ToString()),
        ConsulKvOutcome.Unknown => Doubtful("Unknown"),
        _ => Bad(outcome.ToString()),
    };

    /// <summary>Mark and word; the mark is one column wide either way.</summary>
    public string Show(bool unicode) => $"{DiagnosisText.Mark(Mark, unicode)} {Word}";
}
