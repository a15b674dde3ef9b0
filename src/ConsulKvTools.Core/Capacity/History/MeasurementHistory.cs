using System.Text;

namespace ConsulKvTools.Capacity.History;

/// <summary>Measurements of one store in a file, a line each, which is only ever added to.</summary>
internal sealed class MeasurementHistory
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly List<HistoryLine> lines = [];
    private readonly List<ConsulKvHistoryProblem> problems = [];

    private MeasurementHistory()
    {
    }

    /// <summary>A history of nothing.</summary>
    public static MeasurementHistory Empty => new();

    /// <summary>Lines that could not be used.</summary>
    public IReadOnlyList<ConsulKvHistoryProblem> Problems => problems;

    /// <summary>Reads what the file says of one store. A file that is not there is an empty one.</summary>
    /// <exception cref="ConsulException"><c>Capacity.HistoryUnusable</c>.</exception>
    public static MeasurementHistory Read(string path, StoreIdentity store)
    {
        var history = new MeasurementHistory();
        try
        {
            if (Directory.Exists(path)) throw Unusable(path, "it is a folder");
            if (!File.Exists(path)) return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? history : throw Unusable(path, "its folder does not exist");
            // Adding a line to somebody's other file would spoil it, an export for one.
            if (!IsHistory(path)) throw Unusable(path, "none of its lines is a measurement, so it is some other file");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, Utf8);
            var number = 0;
            while (reader.ReadLine() is { } text)
            {
                number++;
                if (text.Trim().Length == 0) continue;
                var (line, problem) = HistoryLine.Read(text);
                if (problem is not null) history.problems.Add(new ConsulKvHistoryProblem { Path = path, Line = number, Problem = problem });
                // Of another store: right, only not for us.
                else if (line!.Store == store) history.lines.Add(line);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error.Message.TrimEnd('.'), error);
        }
        history.lines.Sort((one, other) => one.Time.CompareTo(other.Time));
        return history;
    }

    /// <summary>Adds a line. One that was torn before it is left alone, on a line of its own.</summary>
    /// <exception cref="ConsulException"><c>Capacity.HistoryUnusable</c>.</exception>
    public static void Add(string path, HistoryLine line)
    {
        try
        {
            // Nobody else writes meanwhile, so that two that measure at once do not tear each other's line.
            using var file = Open(path);
            var bytes = line.ToBytes();
            if (file.Length > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n') bytes = [(byte)'\n', .. bytes];
            }
            file.Write(bytes, 0, bytes.Length);
            file.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>The last measurement that can be compared with one of this kind; null when there is none.</summary>
    public HistoryLine? Last(bool isPartial) => lines.FindLast(line => line.IsPartial == isPartial);

    /// <summary>The measurements of this kind, by time.</summary>
    public IEnumerable<ConsulKvMeasurePoint> Points(bool isPartial) => lines.Where(line => line.IsPartial == isPartial)
        .Select(line => new ConsulKvMeasurePoint { Time = line.Time, Keys = line.Keys, Bytes = line.Bytes, StoredBytes = line.StoredBytes, Index = line.Index });

    // A line that was torn as the file's first leaves only its beginning.
    private static bool IsHistory(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Utf8);
        var isBlank = true;
        while (reader.ReadLine() is { } text)
        {
            if (text.Trim() is not { Length: > 0 } line) continue;
            if (HistoryLine.MayBe(line)) return true;
            isBlank = false;
        }
        return isBlank;
    }

    private static FileStream Open(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            }
            catch (IOException) when (attempt < 20)
            {
                // Another measurement is just being added, which takes a moment.
                Thread.Sleep(50);
            }
        }
    }

    private static ConsulException Unusable(string path, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Capacity.HistoryUnusable", ("file", Printable.Text(path, 200)), ("problem", Printable.Text(problem, 200))), inner);
}
