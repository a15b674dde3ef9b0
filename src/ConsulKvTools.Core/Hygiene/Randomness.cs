namespace ConsulKvTools.Hygiene;

/// <summary>Whether a text looks as if it had been drawn by lot.</summary>
internal static class Randomness
{
    /// <summary>Shorter runs are not looked at without a name that speaks for them.</summary>
    public const int Shortest = 24;

    /// <summary>Longer runs are data rather than keys.</summary>
    public const int LongestRun = 256;

    /// <summary>The part of the entropy that a text of so many different characters could have, from which on it counts as random.</summary>
    public const double Threshold = 0.85;

    private const double MostWords = 0.4;

    /// <summary>Bits a character, by how often each occurs (Shannon).</summary>
    public static double Entropy(string text)
    {
        var counts = new Dictionary<char, int>();
        foreach (var letter in text) counts[letter] = counts.TryGetValue(letter, out var count) ? count + 1 : 1;
        return counts.Values.Sum(count => -(double)count / text.Length * Math.Log((double)count / text.Length, 2));
    }

    /// <summary>True when it is not the same few characters over and over, as placeholders are.</summary>
    public static bool IsVaried(string text) => text.Distinct().Count() >= Math.Min(9, text.Length / 2);

    /// <summary>
    /// True for a run of base64's letters, <see cref="Shortest"/> to <see cref="LongestRun"/> long, with at least two each of capitals, small letters
    /// and digits, at least 85 % of the entropy that it could have (3.9 bits a character at 24, 5.1 at 64 and more), and at most 40 % of it words.
    /// </summary>
    public static bool IsRandom(string run)
    {
        if (run.Length is < Shortest or > LongestRun) return false;
        if (run.Count(char.IsDigit) < 2 || run.Count(char.IsUpper) < 2 || run.Count(char.IsLower) < 2) return false;
        return Words(run) <= MostWords * run.Length && Entropy(run) >= Threshold * Math.Log(Math.Min(run.Length, 64), 2);
    }

    /// <summary>True for capitals, small letters and at least two digits of which few are words, and for hexadecimal digits of 128 bits and more: what short secrets that are drawn by lot look like.</summary>
    public static bool IsMixed(string text) => text.Any(char.IsUpper) && text.Any(char.IsLower) ? text.Count(char.IsDigit) >= 2 && Words(text) <= MostWords * text.Length : text.Length >= 32 && text.All(Uri.IsHexDigit);

    /// <summary>The runs of base64's and base64url's letters in a text that look random; what goes on over several lines is one.</summary>
    public static IEnumerable<(int Start, int Length)> In(string text)
    {
        var (from, to) = (0, -1);
        foreach (var (start, length) in Runs(text))
        {
            if (to >= 0 && IsBlank(text, to, start))
            {
                to = start + length;
                continue;
            }
            if (to >= 0) yield return (from, to - from);
            (from, to) = (start, start + length);
        }
        if (to >= 0) yield return (from, to - from);
    }

    private static IEnumerable<(int Start, int Length)> Runs(string text)
    {
        var start = 0;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && IsLetter(text[at])) continue;
            if (at - start >= Shortest)
            {
                // What an equals sign begins is a value and not padding.
                var from = start;
                while (from < at && text[from] is '=' or '-' or '/') from++;
                var inner = text.IndexOf('=', from, at - from);
                if (inner >= 0 && at - inner > 3) from = inner + 1;
                if (IsRandom(text.Substring(from, at - from))) yield return (from, at - from);
            }
            start = at + 1;
        }
    }

    private static bool IsBlank(string text, int from, int to)
    {
        for (var at = from; at < to; at++)
            if (!char.IsWhiteSpace(text[at])) return false;
        return true;
    }

    /// <summary>True for names: words, numbers and short abbreviations with dashes, dots and the like between them.</summary>
    public static bool IsName(string text) => text.Split('-', '_', '.', ':', '/', ' ').All(word => word.Length == 0 || IsWord(word) || (word.Length <= 4 && char.IsLetter(word[0])));

    /// <summary>Letters with up to four digits behind them, either of which may be missing.</summary>
    private static bool IsWord(string text)
    {
        var letters = 0;
        while (letters < text.Length && char.IsLetter(text[letters])) letters++;
        for (var at = letters; at < text.Length; at++)
            if (!char.IsDigit(text[at])) return false;
        return text.Length - letters <= 4;
    }

    private static bool IsLetter(char letter) => letter is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '/' or '_' or '=' or '-';

    /// <summary>How many letters stand in runs of four or more small ones, or between dashes and slashes as words do.</summary>
    private static int Words(string text) => Math.Max(text.Split('-', '_', '/').Where(IsWord).Sum(word => word.Length + 1) - 1, SmallLetters(text));

    private static int SmallLetters(string text)
    {
        var (all, run) = (0, 0);
        foreach (var letter in text + " ")
        {
            if (letter is >= 'a' and <= 'z')
            {
                run++;
                continue;
            }
            if (run >= 4) all += run;
            run = 0;
        }
        return all;
    }
}
