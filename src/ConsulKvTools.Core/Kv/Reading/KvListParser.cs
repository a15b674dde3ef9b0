using System.Text.Json;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Takes a JSON list apart, piece by piece as it comes in. Elements that came before something wrong stay good.</summary>
internal sealed class KvListParser<T>(KvElementReader<T> element)
{
    // A stream of white space would be no error otherwise, and no end.
    private const int LongestSpace = 1024 * 1024;

    private Place place;
    private long passed;
    private long space;

    private enum Place
    {
        Start,
        FirstElement,
        Element,
        AfterElement,
        Closed,
    }

    /// <summary>The elements found by the last <see cref="Parse"/>.</summary>
    public List<T> Ready { get; } = [];

    /// <summary>Elements found in all.</summary>
    public long Count { get; private set; }

    /// <summary>What is wrong with the list; null while nothing is.</summary>
    public Exception? Problem { get; private set; }

    /// <summary>True once the list's end was read.</summary>
    public bool IsClosed => place == Place.Closed;

    /// <summary>Reads what is whole in <paramref name="data"/>.</summary>
    /// <param name="data">Begins where the last call's consumed bytes ended.</param>
    /// <param name="ended">True when nothing more will come.</param>
    /// <returns>The bytes consumed; the others must be given again, with more behind them.</returns>
    public int Parse(ReadOnlySpan<byte> data, bool ended)
    {
        Ready.Clear();
        var at = 0;
        try
        {
            while (Step(data, ref at, ended)) { }
            if (ended && place != Place.Closed)
                throw new KvBodyException(place == Place.Start ? "it is empty" : $"the list ends in its middle, after {Count} whole elements");
        }
        catch (Exception error) when (error is KvBodyException or JsonException)
        {
            Problem = error is JsonException json
                ? new KvBodyException($"JSON breaks at byte {passed + at + (json.LineNumber == 0 ? json.BytePositionInLine ?? 0 : 0)}, in element {Count + 1}") : error;
        }
        passed += at;
        return at;
    }

    private bool Step(ReadOnlySpan<byte> data, ref int at, bool ended)
    {
        var begin = at;
        while (at < data.Length && data[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        space = at == begin ? 0 : space + at - begin;
        if (space > LongestSpace) throw new KvBodyException($"more than {LongestSpace} bytes of white space in a row");
        if (at == data.Length) return false;
        var letter = data[at];
        switch (place)
        {
            case Place.Start:
                if (letter != '[') throw new KvBodyException("it is not a list");
                place = Place.FirstElement;
                break;
            case Place.FirstElement or Place.AfterElement when letter == ']':
                place = Place.Closed;
                break;
            case Place.AfterElement:
                if (letter != ',') throw new KvBodyException($"element {Count} is followed by neither a comma nor the list's end");
                place = Place.Element;
                break;
            case Place.Closed:
                throw new KvBodyException("something follows the list's end");
            default:
                if (!TryElement(data.Slice(at), ended, out var length)) return false;
                at += length;
                place = Place.AfterElement;
                return true;
        }
        at++;
        return true;
    }

    private bool TryElement(ReadOnlySpan<byte> data, bool ended, out int length)
    {
        if (!element.TryScan(data, out var found, out length))
        {
            var reader = new Utf8JsonReader(data, isFinalBlock: false, default);
            if (!element.TryRead(ref reader, out found))
            {
                length = 0;
                // The strict reader knows what an unfinished element lacks, or that it can never be finished.
                return ended ? throw new KvBodyException($"the list ends in its middle, after {Count} whole elements") : false;
            }
            length = (int)reader.BytesConsumed;
        }
        Ready.Add(found);
        Count++;
        return true;
    }
}
