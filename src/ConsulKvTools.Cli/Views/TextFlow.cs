namespace ConsulKvTools.Cli.Views;

/// <summary>Lays text out in a column.</summary>
internal static class TextFlow
{
    /// <summary>Breaks at blanks so that no line is longer than <paramref name="width"/>; a word that is longer stays whole, so that it can be copied.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.TrimEnd('\r').Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line;
                    line = word;
                }
                else line = line.Length == 0 ? word : line + " " + word;
            }
            yield return line;
        }
    }
}
