using System.CommandLine;
using ConsulKvTools.HelpBuild;
using ConsulKvTools.HelpBuild.Cmdlets;
using ConsulKvTools.HelpBuild.Pages;

var docs = new Option<DirectoryInfo>("--docs") { Description = "The folder of the pages: docs/en-US.", Required = true };
var module = new Option<FileInfo>("--module") { Description = "ConsulKvTools.dll, with its documentation file and what it needs beside it.", Required = true };
var output = new Option<DirectoryInfo>("--output") { Description = "The folder en-US of the module.", Required = true };
var examples = new Option<FileInfo?>("--examples") { Description = "Also writes there, as JSON, what the tests run." };

var build = new Command("build", "Makes what Get-Help reads.") { docs, output, examples };
build.SetAction(given => Guarded(() =>
{
    var pages = new HelpFolder(given.GetValue(docs)!.FullName);
    var folder = given.GetValue(output)!;
    folder.Create();
    var made = pages.Shipped().ToArray();
    foreach (var (name, text) in made) WriteIfNew(Path.Combine(folder.FullName, name), text);
    foreach (var stale in folder.EnumerateFiles().Where(file => !made.Any(one => one.Name == file.Name))) stale.Delete();
    if (given.GetValue(examples) is { } file) WriteIfNew(file.FullName, pages.Examples());
    return 0;
}));

var update = new Command("update", "Writes into the pages what the cmdlets are: syntax, parameters' facts, types. Prose stays; a new parameter's comes from its documentation comment.") { docs, module };
update.SetAction(given => Guarded(() =>
{
    var (pages, cmdlets) = Open(given);
    foreach (var (file, text) in pages.Outdated(cmdlets).ToArray())
    {
        if (text is null) File.Delete(file);
        else File.WriteAllText(file, text);
        Console.WriteLine($"{(text is null ? "removed" : "wrote")} {file}");
    }
    foreach (var gap in pages.Gaps(cmdlets)) Console.WriteLine(gap);
    return 0;
}));

var check = new Command("check", "Fails where the pages do not say what the cmdlets are, or lack something.") { docs, module };
check.SetAction(given => Guarded(() =>
{
    var (pages, cmdlets) = Open(given);
    var problems = pages.Outdated(cmdlets).Select(one => $"{one.File} does not say what the cmdlet is: run 'update' and look at the difference.").Concat(pages.Gaps(cmdlets)).ToArray();
    foreach (var problem in problems) Console.Error.WriteLine(problem);
    return problems.Length == 0 ? 0 : 1;
}));

return new RootCommand("Makes Get-Help's files of the Markdown in docs/en-US, and keeps that Markdown and the cmdlets in step.") { build, update, check }.Parse(args).Invoke();

(HelpFolder Pages, IReadOnlyList<CmdletFacts> Cmdlets) Open(ParseResult given) => (new HelpFolder(given.GetValue(docs)!.FullName), CmdletReader.Read(given.GetValue(module)!.FullName));

static int Guarded(Func<int> work)
{
    try
    {
        return work();
    }
    catch (HelpPageException problem)
    {
        // In the form in which a build shows file and line.
        Console.Error.WriteLine(problem.Message.Replace("): ", "): error HELP: ", StringComparison.Ordinal));
        return 1;
    }
}

static void WriteIfNew(string file, string text)
{
    if (!File.Exists(file) || File.ReadAllText(file) != text) File.WriteAllText(file, text);
}
