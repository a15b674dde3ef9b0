namespace ConsulKvTools.Diagnosis;

/// <summary>How far two words are apart, for guesses at what was meant.</summary>
internal static class EditDistance
{
    /// <summary>The fewest letters to insert, remove or replace that make one word the other (Levenshtein).</summary>
    public static int Between(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[other.Length];
    }
}
