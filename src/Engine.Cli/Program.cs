using Engine.Cli;

using Interruption interruption = Interruption.OfProcess();
return await CommandLine.RunAsync(args, new CommandContext(Terminal.OfProcess(), interruption));
