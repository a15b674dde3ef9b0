namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>
/// Looks for many words at once in one pass over a text, ASCII letters in either case: the automaton of Aho and Corasick as one table.
/// .NET's own search for several texts (SearchValues of strings) begins with .NET 9.
/// </summary>
internal sealed class WordSearch
{
    private const int Ascii = 128;

    private readonly byte[] classOf = new byte[Ascii];
    private readonly int[] next;
    private readonly int[][] found;
    private readonly int classes;
    private readonly int firstFinal;

    /// <summary>Prepares the search.</summary>
    /// <param name="words">The words, ASCII in lower case, and the number that each reports. Several words may report one number.</param>
    public WordSearch(IEnumerable<(string Word, int Id)> words)
    {
        var all = words.ToArray();
        foreach (var letter in all.SelectMany(pair => pair.Word).Distinct().OrderBy(letter => letter))
            classOf[letter] = (byte)++classes;
        classes++;
        for (var letter = 'a'; letter <= 'z'; letter++) classOf[char.ToUpperInvariant(letter)] = classOf[letter];

        var edges = new List<int[]>();
        var ids = new List<List<int>>();
        int Add()
        {
            var edge = new int[classes];
            for (var letter = 0; letter < classes; letter++) edge[letter] = -1;
            edges.Add(edge);
            ids.Add([]);
            return edges.Count - 1;
        }
        Add();
        foreach (var (word, id) in all)
        {
            var state = 0;
            foreach (var letter in word)
            {
                ref var edge = ref edges[state][classOf[letter]];
                if (edge < 0)
                {
                    var added = Add();
                    edges[state][classOf[letter]] = added;
                    state = added;
                }
                else state = edge;
            }
            ids[state].Add(id);
        }
        Complete(edges, ids);

        // States that end a word come last, so that one comparison tells them.
        var order = Enumerable.Range(0, edges.Count).OrderBy(state => ids[state].Count > 0).ToArray();
        var place = new int[edges.Count];
        for (var index = 0; index < order.Length; index++) place[order[index]] = index;
        firstFinal = order.Count(state => ids[state].Count == 0) * classes;
        next = new int[edges.Count * classes];
        found = new int[edges.Count][];
        for (var index = 0; index < order.Length; index++)
        {
            found[index] = [.. ids[order[index]].Distinct()];
            for (var letter = 0; letter < classes; letter++) next[index * classes + letter] = place[edges[order[index]][letter]] * classes;
        }
    }

    /// <summary>True when one of the words is in <paramref name="text"/>.</summary>
    public bool IsIn(ReadOnlySpan<char> text)
    {
        var (table, map, final, state) = (next, classOf, firstFinal, 0);
        foreach (var letter in text)
        {
            state = letter < Ascii ? table[state + map[letter]] : 0;
            if (state >= final) return true;
        }
        return false;
    }

    /// <summary>Adds the numbers of all words in <paramref name="text"/> to <paramref name="numbers"/>.</summary>
    public void Find(ReadOnlySpan<char> text, ISet<int> numbers)
    {
        var state = 0;
        foreach (var letter in text)
        {
            state = letter < Ascii ? next[state + classOf[letter]] : 0;
            if (state < firstFinal) continue;
            foreach (var number in found[state / classes]) numbers.Add(number);
        }
    }

    // Breadth first: where a word breaks off, the search goes on in the longest end that begins another.
    private void Complete(List<int[]> edges, List<List<int>> ids)
    {
        var fallback = new int[edges.Count];
        var waiting = new Queue<int>();
        for (var letter = 0; letter < classes; letter++)
        {
            ref var edge = ref edges[0][letter];
            if (edge < 0) edge = 0;
            else if (edge > 0) waiting.Enqueue(edge);
        }
        while (waiting.Count > 0)
        {
            var state = waiting.Dequeue();
            ids[state].AddRange(ids[fallback[state]]);
            for (var letter = 0; letter < classes; letter++)
            {
                var edge = edges[state][letter];
                var other = edges[fallback[state]][letter];
                if (edge < 0) edges[state][letter] = other;
                else
                {
                    fallback[edge] = other;
                    waiting.Enqueue(edge);
                }
            }
        }
    }
}
