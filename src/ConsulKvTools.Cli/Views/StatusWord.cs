using Spectre.Console;

namespace ConsulKvTools.Cli.Views;

/// <summary>How something ended: a sign, a word that means the same without the sign, and a colour that means the same again.</summary>
internal sealed record StatusWord(string Sign, string PlainSign, string Word, Color Color)
{
    public static StatusWord Good(string word) => new("✓", "+", word, Color.Green);

    public static StatusWord Doubtful(string word) => new("!", "!", word, Color.Yellow);

    public static StatusWord Bad(string word) => new("✗", "x", word, Color.Red);

    public static StatusWord Neutral(string word) => new("–", "-", word, Color.Grey);

    public static StatusWord Of(ProbeStatus status) => status switch
    {
        ProbeStatus.Passed => Good("Passed"),
        ProbeStatus.Warning => Doubtful("Warning"),
        ProbeStatus.Failed => Bad("Failed"),
        ProbeStatus.Skipped => Neutral("Skipped"),
        _ => Doubtful("Error"),
    };

    public static StatusWord Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => Bad("Error"),
        FindingSeverity.Warning => Doubtful("Warning"),
        _ => Neutral("Info"),
    };

    public static StatusWord Of(DiagnosisVerdict verdict) => verdict switch
    {
        DiagnosisVerdict.Healthy => Good("Healthy"),
        DiagnosisVerdict.Degraded => Doubtful("Degraded"),
        _ => Bad("Faulty"),
    };

    public static StatusWord Of(ConsulKvOutcome outcome) => outcome switch
    {
        ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged => Good(outcome.ToString()),
        ConsulKvOutcome.Unknown => Doubtful("Unknown"),
        _ => Bad(outcome.ToString()),
    };

    /// <summary>Sign and word; the sign is one column wide either way.</summary>
    public string Show(bool unicode) => $"{(unicode ? Sign : PlainSign)} {Word}";
}
