using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ConsulKvTools.Capacity.History;

/// <summary>Measurements of one store in a file, a line each, which is only ever added to.</summary>
internal sealed class MeasurementHistory
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    // Machines that measure do not agree to the second on what time it is.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);

    // A clock that says less was never set: Consul was published on this day.
    private static readonly DateTimeOffset FirstConsul = new(2014, 4, 17, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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
    /// <param name="path">The file.</param>
    /// <param name="store">Whose lines count.</param>
    /// <param name="now">The present. What is dated later, or before there was a Consul, was written by a wrong clock and would rule a forecast: it is a problem.</param>
    /// <exception cref="ConsulException"><c>Capacity.HistoryUnusable</c>.</exception>
    public static MeasurementHistory Read(string path, StoreIdentity store, DateTimeOffset now)
    {
        var history = new MeasurementHistory();
        try
        {
            if (Directory.Exists(path)) throw Unusable(path, "it is a folder");
            if (!File.Exists(path)) return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? history : throw Unusable(path, "its folder does not exist");
            // Adding a line to somebody's other file would spoil it, an export for one.
            if (!IsHistory(path)) throw Unusable(path, "none of its lines is a measurement, so it is some other file");
            using var file = OpenToRead(path);
            using var reader = new StreamReader(file, Utf8);
            var number = 0;
            while (reader.ReadLine() is { } text)
            {
                number++;
                if (text.Trim().Length == 0) continue;
                var (line, problem) = HistoryLine.Read(text);
                if (line?.Store == store) problem = ClockProblem(line.Time, now);
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
            // Nobody else writes meanwhile, so that of two that measure at once neither loses its line.
            using var file = OpenToAdd(path);
            var before = file.Length;
            var bytes = line.ToBytes();
            if (before > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                if (file.ReadByte() != '\n') bytes = [(byte)'\n', .. bytes];
            }
            try
            {
                file.Write(bytes, 0, bytes.Length);
                file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // A full disk takes a part of it: a line is there whole or not at all.
                file.SetLength(before);
                throw;
            }
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
        using var file = OpenToRead(path);
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

    private static string? ClockProblem(DateTimeOffset time, DateTimeOffset now)
    {
        var told = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (time > now + ClockDifference) return $"it is dated {told}, later than now: this clock or that of who wrote it is wrong";
        return time < FirstConsul ? $"it is dated {told}, before there was a Consul: the clock of who wrote it was wrong" : null;
    }

    private static FileStream OpenToRead(string path) => Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    // On Unix only who shares nothing shuts out other writers; on Windows that would shut out whoever just looks at the file, too.
    private static FileStream OpenToAdd(string path) =>
        Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? FileShare.Read : FileShare.None);

    private static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var clock = Stopwatch.StartNew();
        while (true)
            try
            {
                // Without a buffer: what could not be written must not be tried again when the file is closed.
                return new FileStream(path, mode, access, share, 1);
            }
            catch (IOException error) when (SharingViolation.Is(error) && clock.Elapsed < Patience)
            {
                // Another measurement is just being added, which takes a moment.
                Thread.Sleep(10);
            }
    }

    private static ConsulException Unusable(string path, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Capacity.HistoryUnusable", ("file", Printable.Text(path, 200)), ("problem", Printable.Text(problem, 200))), inner);
}
