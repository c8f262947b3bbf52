/** -o go-template: text/template with kubectl's words around its errors. */
import { type GoTemplate, GoTemplateError, parseTemplate, renderTemplate, type TemplateOptions } from '../../../apimachinery/go-template.ts';
import { goValue, quote } from '../../../apimachinery/go-text.ts';
import { sortedJson } from '../../../apimachinery/json.ts';
import { KubectlError } from '../errors.ts';

/** Throws KubectlError with kubectl's text. */
export function parseGoTemplate(source: string): GoTemplate {
  try {
    return parseTemplate(source);
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new KubectlError(`error parsing template ${source}, ${error.message}`);
  }
}

/** Throws KubectlError, with the template and the object in its text as kubectl has it. */
export function printGoTemplate(template: GoTemplate, object: unknown, source: string, options: TemplateOptions = {}): string {
  try {
    return renderTemplate(template, object, options);
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    // What helps to find the mistake goes where the object would have gone.
    throw new KubectlError(`error executing template ${quote(source)}: ${error.message}`, {
      output: `${error.output}Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${source}\n\traw data was:\n\t\t${sortedJson(object)}\n\tobject given to template engine was:\n\t\t${goValue(object)}\n\n`,
    });
  }
}
